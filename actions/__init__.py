"""Rasa actions: thin, one per file."""
