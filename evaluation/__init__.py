"""Scores the assistant and two baselines on questions it was neither trained nor tuned on: `make evaluate`."""

from assistant.core.blas import choose_kernel

# This must happen before any module here imports numpy.
choose_kernel()
