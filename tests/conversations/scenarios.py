"""Reads the bilingual scenarios and renders them as Rasa's end-to-end stories."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from assistant.core.languages import ORIGINALS, Language
from assistant.knowledge import knowledge
from assistant.nlu.components.entities import EntityMarker


@dataclass(frozen=True)
class Turn:
    """What a visitor says in each language, and what the envelope must answer."""

    says: dict[Language, str]
    kind: str
    entries: tuple[str, ...]
    leans: bool


@dataclass(frozen=True)
class Scenario:
    """One conversation."""

    name: str
    turns: tuple[Turn, ...]


def scenarios() -> list[Scenario]:
    """All scenarios of `scenarios.yml`."""
    content = yaml.safe_load((Path(__file__).parent / "scenarios.yml").read_text("utf-8"))
    return [Scenario(raw["name"], tuple(_turn(turn) for turn in raw["turns"])) for raw in content["scenarios"]]


def _turn(raw: dict[str, Any]) -> Turn:
    says = {language: raw[language] for language in ORIGINALS}
    return Turn(says, raw["kind"], tuple(raw["entries"]), raw.get("leans", False))


def story(scenario: Scenario, language: Language) -> dict[str, Any]:
    """A scenario in one language as a Rasa test story.

    `rasa test` runs no actions, so nothing is remembered there: turns that lean on an answer are
    left to the tests that talk to real servers.
    """
    steps: list[dict[str, Any]] = []
    for turn in scenario.turns:
        if not turn.leans:
            topic = turn.entries[0].partition("/")[0] if turn.entries else "nlu_fallback"
            steps += [{"user": annotated(turn.says[language]), "intent": topic}, {"action": "action_answer"}]
    return {"story": f"{scenario.name} ({language})", "steps": steps}


def annotated(text: str) -> str:
    """The text with its entities annotated as Rasa's stories require; finding them is tested elsewhere."""
    for span in reversed(marker().of(text).ents):
        about = json.dumps({"entity": span.label_, "value": span.ent_id_ or span.text})
        text = f"{text[: span.start_char]}[{span.text}]{about}{text[span.end_char :]}"
    return text


@lru_cache(maxsize=1)
def marker() -> EntityMarker:
    """The pipeline's entity extractor."""
    return EntityMarker(knowledge())
