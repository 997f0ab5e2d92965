"""Starts the three servers on loopback and waits until they are ready."""
