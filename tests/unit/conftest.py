"""Applies to all unit tests."""

from __future__ import annotations

import subprocess
from importlib.util import find_spec

import pytest

# With the packages of the front's image there is no Rasa, and these are about both sides of the call to it.
collect_ignore = [] if find_spec("rasa") else ["front/test_storage.py"]


@pytest.fixture(autouse=True)
def _no_programs(request, monkeypatch):
    """Keeps tests that are not marked as slow from starting a program, so that they stay fast."""

    def refuse(*arguments, **_):
        raise AssertionError(f"mark this test as slow, since it starts a program: {arguments[1:]}")

    if not request.node.get_closest_marker("slow"):
        monkeypatch.setattr(subprocess.Popen, "__init__", refuse)
        monkeypatch.setattr(subprocess.Popen, "__del__", lambda _: None)
