"""The second regression gives the kind of a message, with calibrated probabilities."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.core.understanding import kind_of
from assistant.nlu.ranking.kind_model import KindModel, softmax

CLASSES = ("ask_data/dtm", "ask_history/office_opened", "ask_history/founding", "referral/asylum", "smalltalk/thanks")
LABELS = (*CLASSES, *CLASSES[:2]) * 6
SHARPNESS = 14.0


def scores_of(labels, classes=CLASSES, noise=0.25, seed=1):
    """Scores as the head gives them: about 1 for the right class, about 0 for the others."""
    right = np.array([[label == name for name in classes] for label in labels], dtype=np.float32)
    return right + np.random.default_rng(seed).normal(0, noise, right.shape).astype(np.float32)


def fitted(labels=LABELS, classes=CLASSES, texts=None, scores=None, sharpness=SHARPNESS):
    """The regression trained on one text and one row of scores for each label."""
    given = scores_of(labels, classes) if scores is None else scores
    return KindModel.fit(classes, given, texts or ["drei kurze Wörter"] * len(labels), labels, sharpness)


def said(kinds, scores, text="drei kurze Wörter"):
    """The probability of each kind, given one row of scores."""
    return dict(zip(kinds.names, kinds.probabilities(np.array([scores], dtype=np.float32), [text])[0].tolist()))


def test_all_topics_of_facts_are_one_kind():
    assert fitted().names == ["fact", "referral", "smalltalk"]


@pytest.mark.parametrize(
    ("label", "kind"),
    [(CLASSES[0], "fact"), (CLASSES[2], "fact"), ("referral/asylum", "referral"), ("smalltalk/thanks", "smalltalk")],
)
def test_text_is_of_the_kind_whose_class_fits(label, kind):
    probabilities = said(fitted(), [name == label for name in CLASSES])
    assert max(probabilities, key=probabilities.get) == kind
    assert probabilities[kind] > 0.8


def test_facts_that_fit_by_halves_are_still_facts():
    probabilities = said(fitted(), [0.45, 0.45, 0.45, 0.0, 0.0])
    assert max(probabilities, key=probabilities.get) == "fact"


def test_probabilities_of_a_text_make_one():
    probabilities = fitted().probabilities(scores_of(LABELS, seed=2), ["?"] * len(LABELS))
    assert probabilities.shape == (len(LABELS), 3)
    assert probabilities.sum(axis=1) == pytest.approx(1)


@pytest.mark.parametrize("classes", [CLASSES, CLASSES[:4]], ids=["three kinds", "two kinds"])
def test_where_scores_tell_nothing_a_kind_is_as_likely_as_it_is_frequent(classes):
    labels = [*classes[:3] * 2, *classes[3:]] * 20
    nothing = np.random.default_rng(5).normal(0, 0.5, (len(labels), len(classes))).astype(np.float32)
    kinds = fitted(labels, classes, scores=nothing)
    shares = [sum(kind_of(label) == name for label in labels) / len(labels) for name in kinds.names]
    probabilities = kinds.probabilities(nothing, ["drei kurze Wörter"] * len(labels))
    assert probabilities.mean(axis=0) == pytest.approx(shares, abs=0.005)


@pytest.mark.parametrize(("label", "kind"), [("ask_data/dtm", "fact"), ("smalltalk/thanks", "smalltalk")])
def test_two_kinds_are_told_apart(label, kind):
    classes = ("ask_data/dtm", "smalltalk/thanks")
    probabilities = said(fitted(classes * 10, classes), [name == label for name in classes])
    assert sum(probabilities.values()) == pytest.approx(1)
    assert probabilities[kind] > 0.8


@pytest.mark.parametrize("scores", [[0.0, 0.0], [1.0, 0.9]])
def test_a_single_kind_is_certain(scores):
    assert said(KindModel(CLASSES[:2], {}, SHARPNESS), scores) == {"fact": 1.0}


def test_length_of_the_text_counts():
    short, long = "und wann?", "Wann genau wurde das Büro in Berlin denn nun eröffnet?"
    classes = ("ask_data/dtm", "follow_up/when")
    kinds = fitted(classes * 10, classes, [long, short] * 10, scores=np.full((20, 2), 0.5, dtype=np.float32))
    assert said(kinds, [0.5, 0.5], short)["follow_up"] > 0.8
    assert said(kinds, [0.5, 0.5], long)["fact"] > 0.8


@pytest.mark.parametrize("scores", [[0.0] * 5, [100.0] * 5, [-100.0, 100.0, 0.0, 0.0, 0.0]])
@pytest.mark.parametrize("text", ["", "wort " * 1000], ids=["empty", "long"])
def test_strange_scores_and_texts_have_probabilities_too(scores, text):
    assert sum(said(fitted(), scores, text).values()) == pytest.approx(1)


def test_training_twice_gives_the_same():
    first, second = fitted().arrays(), fitted().arrays()
    assert all(np.array_equal(first[name], second[name]) for name in first)


def test_stored_arrays_give_the_same_probabilities(tmp_path):
    kinds = fitted()
    np.savez(tmp_path / "kinds.npz", **kinds.arrays())
    with np.load(tmp_path / "kinds.npz", allow_pickle=False) as stored:
        read = KindModel(CLASSES, {name: stored[name] for name in stored.files}, SHARPNESS)
    scores = scores_of(LABELS, seed=3)
    texts = ["?"] * len(LABELS)
    assert np.array_equal(read.probabilities(scores, texts), kinds.probabilities(scores, texts))


def test_what_is_stored_is_small_and_plain():
    assert {array.dtype for array in fitted().arrays().values()} == {np.dtype(np.float32)}


def test_what_else_is_stored_beside_it_is_left_out():
    kinds = fitted()
    beside = KindModel(CLASSES, {**kinds.arrays(), "weights": np.zeros(3, dtype=np.float32)}, SHARPNESS)
    assert beside.arrays().keys() == kinds.arrays().keys()


def test_the_best_of_each_kind_is_found():
    probabilities = np.array([0.1, 0.3, 0.2, 0.05, 0.35], dtype=np.float32)
    assert [CLASSES[i] for i in fitted().best_of_each(probabilities)] == [CLASSES[1], CLASSES[3], CLASSES[4]]


def test_scores_become_probabilities_row_by_row():
    rows = softmax(np.log(np.array([[1, 3], [2, 2]], dtype=np.float32)))
    assert rows == pytest.approx(np.array([[0.25, 0.75], [0.5, 0.5]]))


def test_great_scores_do_not_overflow():
    assert softmax(np.array([[1e4, 0.0]], dtype=np.float32)) == pytest.approx(np.array([[1.0, 0.0]]))
