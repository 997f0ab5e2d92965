"""Measurements; scripts, not tests, since what they find depends on the machine."""

from assistant.core.blas import choose_kernel

# Before any module here imports numpy.
choose_kernel()
