"""Stubs stand in for libraries that Rasa imports."""

from __future__ import annotations

import pytest

from assistant.engine.patches.stubs import StubFinder, StubModule


def test_stub_stands_in_for_whatever_rasa_asks_of_tensorflow():
    tf = StubModule("tensorflow")
    callback = type("Own", (tf.keras.callbacks.Callback,), {})
    assert isinstance(callback(1, verbose=2), callback)
    assert tf.Tensor | None
    assert tf.data.Dataset[int]


def test_stub_pretends_to_no_hidden_names():
    with pytest.raises(AttributeError):
        StubModule("tensorflow").__wrapped__  # noqa: B018


def test_stubs_answer_for_the_libraries_named_only():
    finder = StubFinder(("tensorflower", "tensorfluss"))
    assert finder.find_spec("tensorflower.keras") is not None
    assert finder.find_spec("tensorflow") is None
    assert finder.find_spec("rasa.utils.tensorflower") is None


def test_a_library_that_was_imported_before_stays_as_it_is():
    assert StubFinder(("numpy",)).find_spec("numpy.linalg") is None
