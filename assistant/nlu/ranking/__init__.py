"""From a vector and a spelling to entries and kinds of message, with probabilities."""
