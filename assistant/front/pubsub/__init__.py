"""Who listens to a chat, in this front and in others."""
