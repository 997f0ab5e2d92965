"""What the topics of the knowledge are called; a new one is called by its id until somebody names it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from assistant.core.languages import Language
from assistant.core.understanding import FACTS

PATH = Path(__file__).with_name("topics.yml")


@cache
def names() -> Mapping[str, Mapping[Language, str]]:
    """The names of topics, by id and language."""
    found: Mapping[str, Mapping[Language, str]] = yaml.safe_load(PATH.read_text("utf-8"))
    return found


def topic_name(topic: str, language: Language) -> str:
    """A topic's name in a language of the desk."""
    return names().get(topic, {}).get(language) or topic.removeprefix(FACTS)
