"""How likely each candidate is what a message asks for, by the evidence for it."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.nlu.ranking import candidate_model
from assistant.nlu.ranking.candidate_model import CANDIDATES, FEWEST_EXAMPLES, CandidateModel, Evidence
from assistant.nlu.ranking.kind_model import KindModel, softmax

CLASSES = [
    *(f"ask_data/{number}" for number in range(6)),
    "out_of_scope/far",
    "out_of_scope/money",
    "referral/a",
    "smalltalk/b",
]
ANSWERED = np.array([name.startswith(("ask_", "referral")) for name in CLASSES])
SHARPNESS = 14.0
SIZES = np.full(len(CLASSES), 20, dtype=np.float32)


def evidence(numbers, seed=0, clear=0.4):
    """Made-up evidence for texts of these classes: the right one scores about `clear`, and knows the words."""
    random = np.random.default_rng(seed)
    count, rows = len(numbers), np.arange(len(numbers))
    scores = random.normal(0, 0.15, (count, len(CLASSES))).astype(np.float32)
    likeness = random.normal(0, 0.2, (count, len(CLASSES))).astype(np.float32)
    known = random.uniform(0, 0.5, (count, len(CLASSES))).astype(np.float32)
    scores[rows, numbers] += random.normal(clear, 0.2, count).astype(np.float32)
    likeness[rows, numbers] += 0.4
    known[rows, numbers] += 0.4
    likeness[:, ~ANSWERED] = -1
    return Evidence(["ein paar wörter"] * count, scores, likeness, known, random.uniform(0, 0.5, count))


def kinds_for(numbers, found):
    """The model of kinds for the same evidence."""
    return KindModel.fit(CLASSES, found.scores, found.texts, [CLASSES[number] for number in numbers], SHARPNESS)


def trained(count, **given):
    """A model trained on this many texts."""
    numbers = np.arange(count) % len(CLASSES)
    found = evidence(numbers, **given)
    return CandidateModel.fit(kinds_for(numbers, found), ANSWERED, found, numbers, SIZES, SHARPNESS)


def shares(found, candidates):
    """The candidates' shares in the scores."""
    return np.take_along_axis(softmax(found.scores * SHARPNESS), candidates, axis=1)


@pytest.fixture(scope="module")
def model():
    """A model trained on enough texts."""
    return trained(1200)


NUMBERS = np.arange(200) % len(CLASSES)
NEW = evidence(NUMBERS, seed=1)


def test_the_best_classes_of_each_text_are_judged_best_first(model):
    candidates, probabilities = model.probabilities(NEW)
    assert candidates.shape == probabilities.shape == (len(NUMBERS), CANDIDATES)
    assert np.array_equal(candidates, np.argsort(-NEW.scores, axis=1)[:, :CANDIDATES])


def test_every_probability_lies_between_none_and_certainty(model):
    for found in (NEW, evidence(NUMBERS, clear=0.0), evidence(NUMBERS, clear=5.0)):
        _, probabilities = model.probabilities(found)
        assert ((probabilities >= 0) & (probabilities <= 1)).all()


def test_probabilities_hold_for_new_texts(model):
    candidates, probabilities = model.probabilities(NEW)
    right = candidates == NUMBERS[:, np.newaxis]
    assert probabilities[right].mean() > 0.8
    assert probabilities[~right].mean() < 0.1
    assert probabilities.mean() == pytest.approx(right.mean(), abs=0.03)


def test_where_nothing_is_clear_every_candidate_is_unlikely(model):
    _, probabilities = model.probabilities(evidence(NUMBERS, seed=2, clear=-0.5))
    assert np.median(probabilities.max(axis=1)) < 0.5


@pytest.mark.parametrize("field", ["likeness", "known"])
def test_other_evidence_than_scores_counts(model, field):
    changed = {name: getattr(NEW, name).copy() for name in ("scores", "likeness", "known")}
    changed[field][np.arange(len(NUMBERS)), NUMBERS] -= 0.4
    weaker = Evidence(NEW.texts, **changed, unknown=NEW.unknown)
    (candidates, before), (_, since) = model.probabilities(NEW), model.probabilities(weaker)
    right = (candidates == NUMBERS[:, np.newaxis]) & ANSWERED[candidates]
    assert since[right].mean() < before[right].mean() - 0.01


def test_a_text_is_judged_the_same_alone_and_among_others(model):
    _, together = model.probabilities(NEW)
    for row in (0, 7, 150):
        here = slice(row, row + 1)
        alone = Evidence(NEW.texts[here], NEW.scores[here], NEW.likeness[here], NEW.known[here], NEW.unknown[here])
        assert model.probabilities(alone)[1][0] == pytest.approx(together[row], abs=1e-5)


def test_training_twice_gives_the_same():
    first, second = (trained(FEWEST_EXAMPLES + 50) for _ in range(2))
    assert np.array_equal(first.probabilities(NEW)[1], second.probabilities(NEW)[1])


def test_a_model_made_of_its_saved_arrays_says_the_same(model, tmp_path):
    np.savez(tmp_path / "model.npz", **model.arrays())
    with np.load(tmp_path / "model.npz", allow_pickle=False) as stored:
        kept = {name: stored[name] for name in stored.files}
    read = CandidateModel(model._kinds, ANSWERED, kept, SHARPNESS)
    assert np.array_equal(read.probabilities(NEW)[0], model.probabilities(NEW)[0])
    assert np.array_equal(read.probabilities(NEW)[1], model.probabilities(NEW)[1])


def test_with_too_few_examples_the_share_in_the_scores_stands_for_the_probability():
    few = trained(FEWEST_EXAMPLES // 2)
    candidates, probabilities = few.probabilities(NEW)
    assert np.array_equal(probabilities, shares(NEW, candidates))
    read = CandidateModel(few._kinds, ANSWERED, few.arrays(), SHARPNESS)
    assert np.array_equal(read.probabilities(NEW)[1], probabilities)


@pytest.mark.parametrize(("fewest", "learned"), [(100, True), (101, False)])
def test_it_learns_from_enough_right_and_wrong_candidates(monkeypatch, fewest, learned):
    monkeypatch.setattr(candidate_model, "FEWEST_EXAMPLES", fewest)
    model = trained(100, clear=3.0)
    assert ("hidden_weights" in model.arrays()) == learned


def test_no_feature_is_infinite_or_no_number(model):
    empty = np.zeros((1, len(CLASSES)), dtype=np.float32)
    for found in (
        Evidence([""], empty, empty - 1, empty, np.zeros(1)),
        Evidence(["x"], empty, empty, empty, np.ones(1)),
    ):
        assert np.isfinite(model.probabilities(found)[1]).all()


def test_without_answers_or_classes_out_of_scope_candidates_are_judged_too():
    names = ["ask_data/a", "smalltalk/b"]
    scores = np.array([[1.0, 0.0], [0.0, 1.0]], dtype=np.float32)
    found = Evidence(["a b", "c"], scores, scores * 0 - 1, scores, np.zeros(2))
    kinds = KindModel.fit(names, scores, found.texts, names, SHARPNESS)
    model = CandidateModel.fit(kinds, np.zeros(2, dtype=bool), found, np.array([0, 1]), np.ones(2), SHARPNESS)
    candidates, probabilities = model.probabilities(found)
    assert candidates.tolist() == [[0, 1], [1, 0]]
    assert probabilities[:, 0] == pytest.approx([1, 1], abs=0.001)
