"""What those who look after the assistant are told of its answers, and how they correct them."""
