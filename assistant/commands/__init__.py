"""What `make` runs: train, run, shell, data, validate."""
