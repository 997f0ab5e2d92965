"""Answers what waits in the inbox."""
