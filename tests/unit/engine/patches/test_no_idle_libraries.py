"""Rasa starts without libraries that are not used here."""

from __future__ import annotations

import sys

import pytest

from assistant.engine.patches import no_idle_libraries


@pytest.mark.parametrize("library", ["matplotlib", "pymongo", "boto3", "aiogram", "sklearn", "scipy"])
def test_rasa_starts_without_libraries_that_are_idle(started, library):
    assert library in started["kin"]


@pytest.mark.parametrize(("verb", "stubbed"), [("run", True), ("shell", True), ("train", False)])
def test_training_has_the_libraries_it_needs(monkeypatch, verb, stubbed):
    monkeypatch.setattr(sys, "argv", ["engine", verb])
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setattr(no_idle_libraries, "FOR_TRAINING", ("not_imported_yet",))
    no_idle_libraries.apply()
    assert (sys.meta_path[0].find_spec("not_imported_yet") is not None) is stubbed


def test_rasa_still_imports_them_by_itself(python):
    libraries = ("sklearn", "scipy", "matplotlib", "pymongo", "boto3", "aiogram", "slack_sdk")
    ended = python("-c", f"import sys, rasa.core.agent, rasa.core.run; print(*({set(libraries)} - sys.modules.keys()))")
    assert ended.stdout.strip() == ""
    assert ended.returncode == 0
