"""Keeps TensorFlow out: Rasa always imports it, and no component of `config.yml` uses it (3 s, 420 MiB)."""

from __future__ import annotations

import sys

from assistant.engine.patches.stubs import install

LIBRARIES = ("tensorflow", "tensorflow_addons", "tensorflow_hub", "tensorflow_text", "keras")


def apply() -> None:
    """Puts stubs in place of TensorFlow, unless it is imported already."""
    if "tensorflow" not in sys.modules:
        install(LIBRARIES)
