"""Tests; what they share is in tests/support and tests/fakes."""

from assistant.core.blas import choose_kernel

# Before any module here imports numpy.
choose_kernel()
