"""Asks Rasa, and turns its messages into events."""
