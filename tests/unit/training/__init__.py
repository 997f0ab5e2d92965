"""Tests of assistant/training."""
