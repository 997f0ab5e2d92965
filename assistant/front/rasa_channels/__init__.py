"""Rasa's own REST and socket.io channels, for websites that already have a Rasa widget."""
