"""Rasa's own REST and socket.io channels, for websites that have a Rasa widget already."""
