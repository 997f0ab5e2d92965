"""What the engine sets up before it hands over to Rasa."""

from __future__ import annotations

import os
import sys

import pytest

from assistant.core import blas
from assistant.engine import __main__ as main

THREADS = "OPENBLAS_NUM_THREADS"


@pytest.fixture
def threads(monkeypatch):
    """The number of BLAS threads that the engine sets for a command; it stops before Rasa starts."""

    def stop():
        raise ValueError("far enough")

    def given(verb, before=None):
        monkeypatch.setattr(sys, "argv", ["engine", verb])
        monkeypatch.setattr(main.patches, "apply", stop)
        monkeypatch.setenv(THREADS, before or "")
        if before is None:
            monkeypatch.delenv(THREADS)
        with pytest.raises(SystemExit, match="far enough"):
            main.main()
        return os.environ.get(THREADS)

    return given


@pytest.mark.parametrize("verb", ["run", "shell"])
def test_who_answers_has_one_thread_for_linear_algebra(threads, verb):
    assert threads(verb) == "1"


def test_training_has_all_of_them(threads):
    assert threads("train") is None


def test_what_an_operator_sets_stays(threads):
    assert threads("run", before="3") == "3"


def test_it_is_settled_before_numpy_is_imported(python):
    ended = python("-c", "import sys, assistant.engine.__main__; print('numpy' in sys.modules)")
    assert ended.stdout.strip() == "False"


def test_who_answers_has_the_processors_kernel_and_a_training_the_one_that_was_tried(threads, monkeypatch):
    monkeypatch.setattr(blas, "kernels", lambda: ["Haswell"])
    monkeypatch.setenv(blas.VARIABLE, "")
    threads("train")
    assert os.environ[blas.VARIABLE] == ""
    threads("run")
    assert os.environ[blas.VARIABLE] == "Haswell"
