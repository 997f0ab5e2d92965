"""Lays out a project with many times the knowledge: each fact and referral again for places there are none of."""

from __future__ import annotations

import itertools
import random
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from assistant.commands.train import quiet_environment
from assistant.knowledge.examples import Example, examples
from assistant.knowledge.load import topic_files
from assistant.languages import LANGUAGES
from assistant.nlu.classifier import EntryClassifier
from assistant.paths import ROOT
from benchmarks.compare import LEFT_OUT

# What is asked about again elsewhere; small talk and emergencies stay as they are.
GROWING = {"fact", "referral"}
SYLLABLES = ("ba", "do", "ka", "lu", "mi", "no", "ra", "su", "ti", "vo")


def lay_out(folder: Path, times: int) -> int:
    """Copies the project with so many times its facts and referrals; how many classes of question it knows."""
    shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
    names = made_up(times - 1)
    grown = {f"{topic}/{id_}" for path in topic_files(folder / "knowledge") for topic, id_ in _grow(path, names)}
    intents = _grow_questions(folder / "data" / "nlu", grown, names)
    command = [sys.executable, "-m", "assistant.commands.data"]
    subprocess.run(command, cwd=folder, env=quiet_environment(), check=True, stdout=subprocess.DEVNULL)
    return intents


def made_up(count: int) -> list[str]:
    """So many names of places there are none of."""
    words = ("".join(parts).capitalize() for parts in itertools.product(SYLLABLES, repeat=3))
    return random.Random(1).sample(list(words), count)  # noqa: S311


def _grow(path: Path, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Adds to a file of entries each of them for every name; yields topic and id of those that were there."""
    content = yaml.safe_load(path.read_text("utf-8"))
    growing = [entry for entry in content["entries"] if entry["kind"] in GROWING]
    yield from ((content["topic"], entry["id"]) for entry in growing)
    content["entries"] += [_about(entry, name) for entry in growing for name in names]
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")


def _about(entry: dict[str, Any], name: str) -> dict[str, Any]:
    question = {language: f"{entry['question'][language]} ({name})" for language in entry["question"]}
    return {**entry, "id": f"{entry['id']}_{name.lower()}", "question": question}


def _grow_questions(folder: Path, grown: set[str], names: Sequence[str]) -> int:
    """Gives every new entry questions of its own, as many as the head can learn; how many intents there are."""
    by_intent = defaultdict(list)
    for example in examples():
        by_intent[example.intent].append(example)
    intents = len(by_intent) + len(grown) * len(names)
    share = max(2, EntryClassifier.get_default_config()["most_questions"] // intents)
    for language in LANGUAGES:
        questions: dict[str, list[str]] = {}
        for intent, found in by_intent.items():
            own = [example for example in found if example.language == language]
            for name in ["", *(names if intent in grown else [])]:
                questions[_named(intent, name)] = list(_asked(own, name, share // 2 if names else len(own)))
        shutil.rmtree(folder / language)
        (folder / language).mkdir()
        _write(folder / language / "all.yml", questions)
    return intents


def _named(intent: str, name: str) -> str:
    return f"{intent}_{name.lower()}" if name else intent


def _asked(own: Sequence[Example], name: str, count: int) -> Iterator[str]:
    """Questions of an entry, asked about a place where one is named; a mark after it would make two questions."""
    chosen = random.Random(name).sample(own, min(max(count, 1), len(own)))  # noqa: S311
    yield from (f"{name} {example.text}" if name else example.text for example in chosen)


def _write(path: Path, questions: dict[str, list[str]]) -> None:
    blocks = [{"intent": i, "examples": "".join(f"- {text}\n" for text in texts)} for i, texts in questions.items()]
    path.write_text(yaml.safe_dump({"version": "3.1", "nlu": blocks}, allow_unicode=True, sort_keys=False), "utf-8")
