"""Texts with and without personal data, and how well masking does on them."""
