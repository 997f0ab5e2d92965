"""Starts the three servers on loopback and finds out whether they are ready."""
