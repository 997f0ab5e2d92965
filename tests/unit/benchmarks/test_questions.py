"""Benchmarks ask questions on which the assistant was not trained."""

from __future__ import annotations

import pytest

from assistant.knowledge.examples import examples
from benchmarks.compare import MESSAGES, needed
from benchmarks.questions import drawn, unseen_questions


def test_no_question_is_a_training_question():
    learned = {example.text.casefold() for example in examples()}
    unseen = unseen_questions()
    assert len(set(unseen)) == len(unseen) > 0
    assert not {question.casefold() for question in unseen} & learned


def test_there_are_enough_for_every_measurement():
    assert len(drawn(needed(MESSAGES), seed=1)) == needed(MESSAGES)


def test_the_same_seed_draws_the_same_questions():
    assert drawn(20, seed=1) == drawn(20, seed=1) != drawn(20, seed=2)


def test_more_than_there_are_cannot_be_drawn():
    with pytest.raises(ValueError, match="only"):
        drawn(1_000_000, seed=1)
