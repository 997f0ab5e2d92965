"""The front: the one public address. Web chat, limits, a durable inbox; asks Rasa over loopback."""
