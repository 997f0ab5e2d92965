"""Training: what a model is made from, whether there is one for that, and making it."""
