"""Texts with and without personal data, and how much of it masking finds."""
