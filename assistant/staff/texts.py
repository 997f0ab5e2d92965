"""What staff read about answers, in their own languages: `texts.yml`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from assistant.core.machine_language import machine_language

FILE = Path(__file__).with_name("texts.yml")
# Every text is there in this language.
WRITTEN = "en"
Texts = Mapping[str, Mapping[str, str]]


@cache
def texts() -> Texts:
    """The file's content: texts by key and language."""
    content: Texts = yaml.safe_load(FILE.read_text("utf-8"))
    return content


def staff_language() -> str:
    """The language of the machine, if the texts are there in it."""
    return machine_language({code for text in texts().values() for code in text}, WRITTEN)


def said(key: str, language: str, **values: object) -> str:
    """A text in a language, or in English, with its placeholders filled in."""
    text = texts()[key]
    return text.get(language, text[WRITTEN]).format(**values)


def is_known(key: str) -> bool:
    """Whether there is a text of that name."""
    return key in texts()
