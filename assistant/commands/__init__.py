"""The commands behind `make`, and those for operators."""
