"""Attacks a throw-away front as an outsider would, row by row, and says which of its bounds held."""
