"""Function words point to the one language that has them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from assistant.core.function_words import FUNCTION_WORDS, odds_of
from assistant.core.paths import ROOT


@pytest.mark.parametrize(
    ("text", "odds"), [("ich", 2), ("Ich und DU", 6), ("the", -2), ("ich the", 0), ("will in", 0), ("FAP 112", 0)]
)
def test_words_add_up(text, odds):
    assert odds_of(text) == odds


def test_no_word_outvotes_several():
    assert odds_of("a b", {"a": 9.0, "b": -2.0}) == 0.5


@pytest.mark.slow
def test_the_lists_are_spacys():
    from spacy.lang.de.stop_words import STOP_WORDS as GERMAN
    from spacy.lang.en.stop_words import STOP_WORDS as ENGLISH

    assert set(FUNCTION_WORDS) == GERMAN ^ ENGLISH


@pytest.mark.slow
def test_spacy_itself_is_not_imported():
    code = "import sys, assistant.core.function_words; sys.exit('spacy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
