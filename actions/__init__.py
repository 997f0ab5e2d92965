"""Rasa actions: thin, one capability a file."""
