"""Applies to all unit tests."""

from __future__ import annotations

import subprocess

import pytest


@pytest.fixture(autouse=True)
def _no_programs(request, monkeypatch):
    """Keeps tests that are not marked as slow from starting a program, so that they stay fast."""

    def refuse(*arguments, **_):
        raise AssertionError(f"mark this test as slow, since it starts a program: {arguments[1:]}")

    if not request.node.get_closest_marker("slow"):
        monkeypatch.setattr(subprocess.Popen, "__init__", refuse)
        monkeypatch.setattr(subprocess.Popen, "__del__", lambda _: None)
