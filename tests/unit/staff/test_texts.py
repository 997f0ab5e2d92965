"""What staff read is there in each of their languages."""

from __future__ import annotations

import re

import pytest

from assistant.core.envelope import ANSWER_KINDS
from assistant.core.paths import TRAINING
from assistant.knowledge.examples import examples
from assistant.privacy.text import DATA_KINDS
from assistant.staff.texts import WRITTEN, said, texts

LANGUAGES = sorted({code for text in texts().values() for code in text})


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_there_with_the_same_places(language):
    for key, text in texts().items():
        assert text.get(language), key
        assert set(re.findall(r"\{(\w+)\}", text[language])) == set(re.findall(r"\{(\w+)\}", text[WRITTEN])), key


def test_everything_that_nothing_covers_has_words():
    gaps = {e.intent.partition("/")[2] for e in examples(TRAINING) if e.intent.startswith("out_of_scope/")}
    assert gaps
    assert [gap for gap in sorted(gaps) if f"gap_{gap}" not in texts()] == []


def test_every_kind_of_message_and_of_personal_data_has_words():
    topics = {e.intent.partition("/")[0] for e in examples(TRAINING)}
    kinds = {"fact" if topic.startswith("ask_") else topic for topic in topics}
    assert [kind for kind in sorted(kinds) if f"kind_{kind}" not in texts()] == []
    assert [kind for kind in DATA_KINDS if f"personal_{kind}" not in texts()] == []


def test_every_reply_without_an_entry_has_words():
    from assistant.staff.corrections import KINDS, WITHOUT_ENTRY

    words = {WITHOUT_ENTRY.get(kind, kind) for kind in ANSWER_KINDS} - {"fact", "crisis"}
    assert [each for each in sorted({*words, *KINDS}) if f"answered_{each}" not in texts()] == []


def test_another_language_reads_english():
    assert said("wrong_nothing_yet", "fr") == said("wrong_nothing_yet", "en")
