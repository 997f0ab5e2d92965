"""The tests that docs/security.md names exist."""

from __future__ import annotations

import re

import pytest

from assistant.core.paths import ROOT

NAMED = re.findall(r"`(\w+)::(\w+)`", (ROOT / "docs" / "security.md").read_text("utf-8"))


def test_tests_are_named():
    assert len(NAMED) > 50


@pytest.mark.parametrize(("file", "name"), NAMED, ids=lambda part: part)
def test_every_test_named_exists(file, name):
    texts = [path.read_text("utf-8") for path in (ROOT / "tests").rglob(f"test_{file}.py")]
    assert any(re.search(rf"def test_{name}\b", text) for text in texts)
