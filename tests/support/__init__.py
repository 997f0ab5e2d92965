"""Shared by tests and benchmarks: servers, simulated users, faults, and waiting."""
