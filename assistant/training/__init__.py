"""Training: what a model is made from, whether an up-to-date one exists, and making it."""
