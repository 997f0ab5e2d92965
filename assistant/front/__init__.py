"""The front, the one public address: web chat, rate limits and a durable inbox. It asks Rasa over loopback."""
