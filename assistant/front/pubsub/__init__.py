"""Publishes events of a chat to its listeners, in this front and in others."""
