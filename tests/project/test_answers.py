"""Rules for every approved answer."""

from __future__ import annotations

import re

import pytest

from assistant.core.languages import ORIGINALS
from assistant.knowledge import knowledge

YES_OR_NO = re.compile(r"(ja|nein|doch|yes|no)\b", re.I)


@pytest.mark.parametrize("language", ORIGINALS)
def test_no_fact_begins_with_yes_or_no(language):
    """The same fact answers "Is it suspended?" and "May my wife come?"; a "yes" would be wrong for one of them."""
    facts = [entry for entry in knowledge().entries.values() if entry.kind == "fact"]
    assert [entry.id for entry in facts if YES_OR_NO.match(entry.answer[language])] == []
