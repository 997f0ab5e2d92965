"""Rasa actions: thin, one per file."""

from assistant.engine.hung_up import keep_out

# Rasa's SDK imports this package before it serves.
keep_out()
