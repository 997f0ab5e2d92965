"""Scores the assistant and its rivals on questions that nobody trained or tuned on: `make evaluate`."""
