"""Rasa's default pipeline, trained on the same questions, as a system to score."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rasa.core.agent import Agent

from assistant.core.languages import Language
from assistant.core.paths import ROOT
from assistant.core.progress import announce
from assistant.core.understanding import kind_of
from assistant.engine.environment import quiet_environment
from assistant.knowledge import knowledge, render
from assistant.training.fingerprint import fingerprint
from evaluation.cases import Turn
from evaluation.default_project import lay_out
from evaluation.judge import Response

CACHE = ROOT / ".cache" / "default"
INGREDIENTS = ("data/nlu", "evaluation/default_config.yml")


class Default:
    """The intent from DIET, the entry from the response selector, and nothing if the fallback classifier says so.

    It is told the question's language, and which classes are not facts.
    """

    name = "default"

    def __init__(self, model: Path) -> None:
        self._agent = Agent.load(model)

    def answers(self, turns: Sequence[Turn]) -> list[Response]:
        """The reply to each message, regardless of earlier ones."""
        return [self._answer(turn.text, turn.language) for turn in turns]

    def _answer(self, text: str, language: Language) -> Response:
        parsed = asyncio.run(self._agent.parse_message(text))
        best = parsed["response_selector"]["default"]["ranking"][0]
        sure = min(float(parsed["intent"]["confidence"]), float(best["confidence"]))
        entry = knowledge().find(best["intent_response_key"])
        if parsed["intent"]["name"] == "nlu_fallback" or entry is None:
            kind = "fallback" if parsed["intent"]["name"] == "nlu_fallback" else kind_of(best["intent_response_key"])
            return Response("", kind, language, candidate=entry.id if entry else None, confidence=sure)
        shown = render(knowledge(), entry, language).text
        return Response(shown, entry.kind, language, (), (entry.id,), entry.id, sure)


def trained(epochs: int) -> Path:
    """The default pipeline's model for the current training questions, trained first if missing (slow).

    The training time is kept in a file next to it, in seconds.
    """
    model = CACHE / f"{fingerprint(INGREDIENTS)}-{epochs}.tar.gz"
    if not model.exists():
        begun = time.monotonic()
        announce(f"Training Rasa's default pipeline for {epochs} epochs: about ten minutes each …")
        project = CACHE / "project"
        shutil.rmtree(project, ignore_errors=True)
        project.mkdir(parents=True)
        lay_out(project, epochs)
        command = [sys.executable, "-m", "rasa", "train", "--fixed-model-name", "model"]
        subprocess.run(command, cwd=project, env=quiet_environment(), check=True, stdout=subprocess.DEVNULL)
        seconds_of(model).write_text(f"{time.monotonic() - begun:.0f}\n", "utf-8")
        shutil.move(project / "models" / "model.tar.gz", model)
    return model


def seconds_of(model: Path) -> Path:
    """The file with the training time of a model."""
    return model.with_suffix(".seconds")
