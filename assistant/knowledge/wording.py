"""What the editors' commands say, in the machine's language: texts of their own, and the checker's messages."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TypedDict

import yaml

from assistant.core.machine_language import machine_language
from assistant.knowledge.errors import Finding

FILE = Path(__file__).with_name("wording.yml")
# The language in which the checker writes, and everything that has no other words.
WRITTEN: str = "en"
PLACE = re.compile(r"<(\w+)>")
Text = Mapping[str, str]


class Wording(TypedDict):
    """The content of wording.yml: texts by key, messages as the checker writes them, and words that fill these."""

    texts: Mapping[str, Text]
    messages: list[Text]
    words: list[Text]


@cache
def wording() -> Wording:
    """The file's content."""
    content: Wording = yaml.safe_load(FILE.read_text("utf-8"))
    return content


def editors_language(environment: Mapping[str, str] = os.environ) -> str:
    """The language of the machine, if the editors' texts are there in it."""
    offered = {code for text in wording()["texts"].values() for code in text}
    return machine_language(offered, WRITTEN, environment)


def said(key: str, language: str | None = None, **values: object) -> str:
    """A text of the commands, with its placeholders filled in."""
    text = wording()["texts"][key]
    return text.get(language or editors_language(), text[WRITTEN]).format(**values)


def in_words(finding: Finding, language: str | None = None) -> str:
    """A finding as an editor reads it: the file from the project's folder on, the line, what is wrong, and the cure."""
    language = language or editors_language()
    inside = finding.file.startswith(("data/", "knowledge", "tests/"))
    where = finding.file if inside else f"knowledge/{finding.file}"
    where = f"{where}:{finding.line}" if finding.line else where
    of_entry = f" [{finding.entry}]" if finding.entry else ""
    mark = said("warning", language) + " " if finding.warning else ""
    return f"{where}:{of_entry} {mark}{translated(finding.message, language)}"


def translated(message: str, language: str) -> str:
    """A message of the checker in a language; as it is, if that has no words for it."""
    if language == WRITTEN:
        return message
    for pattern, text in _patterns(language):
        if match := pattern.fullmatch(message):
            values = {name: _word(value, language) for name, value in match.groupdict().items()}
            return "".join(values[piece] if odd % 2 else piece for odd, piece in enumerate(PLACE.split(text)))
    return message


def _word(value: str, language: str) -> str:
    """What fills a place in a message, translated if it is a word of our own."""
    return next((word[language] for word in wording()["words"] if word[WRITTEN] == value and language in word), value)


@cache
def _patterns(language: str) -> list[tuple[re.Pattern[str], str]]:
    """The messages of the checker as patterns, each with its text in a language."""
    return [
        (re.compile(_pattern(text[WRITTEN]), re.S), text[language])
        for text in wording()["messages"]
        if language in text
    ]


def _pattern(written: str) -> str:
    seen: set[str] = set()
    pieces: list[str] = []
    for number, piece in enumerate(PLACE.split(written)):
        if number % 2 == 0:
            pieces.append(re.escape(piece))
        elif piece in seen:
            pieces.append(f"(?P={piece})")
        else:
            seen.add(piece)
            pieces.append(f"(?P<{piece}>.+?)")
    return "".join(pieces)
