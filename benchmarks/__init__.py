"""Measurements; scripts, not tests, since what they find depends on the machine."""
