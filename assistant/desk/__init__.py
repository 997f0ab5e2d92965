"""The desk: the pages on which staff look after the assistant; see docs/desk.md."""
