"""Questions for benchmarks: those used for scoring, on which the assistant was not trained."""

from __future__ import annotations

import random

from assistant.knowledge.examples import examples
from evaluation.cases import own_files, read


def unseen_questions() -> list[str]:
    """All distinct first messages in the project's question files that are not training questions, sorted.

    A training question is cheaper to understand than a new one, and would flatter a cache of exact texts.
    """
    seen = {_plain(example.text) for example in examples()}
    first = {case.turns[0].text for case in read(own_files())}
    return sorted(text for text in first if _plain(text) not in seen)


def drawn(count: int, seed: int) -> list[str]:
    """A random sample of them, the same for the same seed; raises ValueError if there are too few."""
    there = unseen_questions()
    if count > len(there):
        raise ValueError(f"There are only {len(there)} unseen questions, not {count}.")
    return random.Random(seed).sample(there, count)  # noqa: S311 - which questions, not a secret


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
