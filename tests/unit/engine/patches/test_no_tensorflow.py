"""Rasa starts without TensorFlow."""

from __future__ import annotations

import sys

from assistant.engine.patches import no_tensorflow


def test_rasa_starts_without_real_tensorflow(started):
    assert "tensorflow" in started["kin"]
    assert not any(started["kin"].values())


def test_rasa_still_imports_tensorflow_by_itself():
    assert sys.modules["tensorflow"].__file__


def test_real_tensorflow_in_place_is_left_there():
    before = list(sys.meta_path)
    no_tensorflow.apply()
    assert sys.meta_path == before
