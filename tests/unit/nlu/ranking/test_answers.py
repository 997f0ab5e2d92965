"""What an entry's own answer says of a message, before anybody has asked for the entry."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.nlu.encoder.vectors import encode, encode_passages
from assistant.nlu.ranking.answers import UNLIKE, AnswerPrior

CLASSES = ["ask_data/gdi", "ask_figures/fap", "referral/asylum", "smalltalk/greeting"]
EAST, NORTH, UP = np.eye(3, dtype=np.float32)


def prior(*answers, classes=CLASSES, sharpness=10.0, share=0.6):
    """A prior made from pairs of a class and a vector."""
    return AnswerPrior.fit(answers, classes, sharpness, share)


THREE = (("ask_data/gdi", EAST), ("ask_figures/fap", NORTH), ("referral/asylum", UP))


def direction(vector, of=(EAST, NORTH, UP)):
    """A vector as the prior compares it: apart from the mean of all answers, of length 1."""
    apart = vector - np.mean(of, axis=0)
    return (apart / np.linalg.norm(apart))[np.newaxis]


def test_a_class_is_as_like_a_text_as_its_answer():
    likeness = prior(*THREE).likeness(direction(EAST))
    assert likeness[0, 0] == pytest.approx(1)
    assert likeness[0, 1] == pytest.approx(likeness[0, 2])
    assert likeness[0, 1] < 0


def test_of_several_answers_of_a_class_the_nearest_counts():
    found = prior(*THREE, ("ask_data/gdi", NORTH + EAST), ("referral/asylum", EAST))
    likeness = found.likeness(direction(EAST, (EAST, NORTH, UP, NORTH + EAST, EAST)))
    assert likeness[0, CLASSES.index("referral/asylum")] == pytest.approx(1)
    assert likeness[0, CLASSES.index("ask_data/gdi")] == pytest.approx(1)


def test_a_class_without_an_answer_is_like_nothing_and_scores_nothing():
    found, greeting = prior(*THREE), CLASSES.index("smalltalk/greeting")
    likeness = found.likeness(direction(EAST))
    assert likeness[0, greeting] == UNLIKE
    assert found.scores(likeness)[0, greeting] == 0
    assert found.answered.tolist() == [True, True, True, False]


def test_an_answer_without_a_class_is_left_out():
    likeness = prior(*THREE).likeness(direction(EAST))
    assert prior(*THREE, ("ask_data/gone", EAST)).likeness(direction(EAST)) == pytest.approx(likeness)


@pytest.mark.parametrize("share", [0.3, 0.6, 1.0])
def test_the_scores_of_all_classes_make_the_share_of_answers(share):
    found = prior(*THREE, share=share)
    scores = found.scores(found.likeness(direction(EAST)))[0]
    assert scores.sum() == pytest.approx(share)
    assert scores.argmax() == 0


def test_without_a_share_answers_count_for_nothing():
    found = prior(*THREE, share=0.0)
    assert not found.scores(found.likeness(direction(EAST))).any()


def test_the_sharper_the_more_the_best_has_of_the_share():
    blunt, sharp = (prior(*THREE, sharpness=sharpness) for sharpness in (1.0, 20.0))
    between = direction(EAST + 0.5 * NORTH)
    assert sharp.scores(sharp.likeness(between))[0, 0] > blunt.scores(blunt.likeness(between))[0, 0]


def test_without_answers_every_class_scores_nothing():
    found = prior()
    likeness = found.likeness(direction(EAST))
    assert likeness.tolist() == [[UNLIKE] * len(CLASSES)]
    assert not found.scores(likeness).any()
    assert not found.answered.any()


def test_texts_are_judged_each_for_itself():
    found, texts = prior(*THREE), np.concatenate([direction(EAST), direction(UP)])
    together = found.scores(found.likeness(texts))
    assert together == pytest.approx(np.concatenate([found.scores(found.likeness(text[np.newaxis])) for text in texts]))


@settings(database=None, deadline=None, max_examples=50)
@given(st.integers(1, 12), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_a_prior_made_of_its_saved_arrays_says_the_same(answers, texts, seed):
    random = np.random.default_rng(seed)
    known = [(CLASSES[random.integers(len(CLASSES))], random.normal(size=8).astype(np.float32)) for _ in range(answers)]
    found = prior(*known)
    read = AnswerPrior(found.arrays(), len(CLASSES), 10.0, 0.6)
    asked = random.normal(size=(texts, 8)).astype(np.float32)
    assert np.array_equal(read.likeness(asked), found.likeness(asked))
    assert np.array_equal(read.scores(read.likeness(asked)), found.scores(found.likeness(asked)))
    assert np.array_equal(read.answered, found.answered)


SAID = {
    "ask_data/gdi": "Das Global Data Institute sammelt Daten über Migration und wertet sie aus.",
    "ask_figures/fap": "Das Familienhilfeprogramm begleitet Angehörige beim Visum zum Familiennachzug.",
    "referral/asylum": "Beim Asylantrag hilft Ihnen die unabhängige Asylverfahrensberatung.",
}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Wer untersucht Zahlen zu Wanderung?", "ask_data/gdi"),
        ("How can my wife join me in Germany?", "ask_figures/fap"),
        ("Who supports refugees who want protection?", "referral/asylum"),
    ],
)
def test_a_question_finds_the_passage_that_answers_it_though_nobody_has_asked_it(question, expected):
    found = prior(*zip(SAID, encode_passages(list(SAID.values()))), sharpness=25.0)
    asked = encode(question) - np.mean([encode(text) for text in SAID.values()], axis=0)
    scores = found.scores(found.likeness((asked / np.linalg.norm(asked))[np.newaxis]))[0]
    assert CLASSES[scores.argmax()] == expected
