"""What all messengers share: connectors, the message store, delivery, layout."""
