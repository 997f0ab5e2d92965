"""Training: what a model is made from, whether there is one for it, and making it."""
