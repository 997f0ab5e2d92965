"""Trains a model if anything it is made from has changed: `make train`."""

from __future__ import annotations

from assistant.core.paths import ROOT
from assistant.training.model import ensure_model

if __name__ == "__main__":
    print(f"The model is up to date: {ensure_model().relative_to(ROOT)}")
