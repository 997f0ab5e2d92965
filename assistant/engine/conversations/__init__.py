"""What Rasa remembers of conversations: in memory or one table, each message once, erased on demand."""
