"""For the operator: metrics, logs, and the notice that closes the chat."""
