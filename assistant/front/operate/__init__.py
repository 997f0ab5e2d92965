"""For operators: metrics, logs, and the notice that closes the chat."""
