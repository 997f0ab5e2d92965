"""The head learns to distinguish entries and kinds of message, and is unchanged by saving and loading."""

from __future__ import annotations

import json

import numpy as np
import pytest

from assistant.nlu.components.classifier import EntryClassifier
from assistant.nlu.encoder.vectors import encode
from assistant.nlu.ranking import gram, ridge
from assistant.nlu.ranking import head as head_module
from assistant.nlu.ranking.head import Head
from assistant.nlu.ranking.kind_model import KindModel
from assistant.nlu.ranking.spelling import Spelling
from tests.unit.nlu.conftest import EXAMPLES

CONFIG = EntryClassifier.get_default_config()


def fitted(intents=tuple(EXAMPLES), counts=None, **config):
    """A head trained on the examples of these intents."""
    pairs = [(t.lower(), i) for i in intents for t in EXAMPLES[i][: (counts or {}).get(i)]]
    texts, labels = [text for text, _ in pairs], [label for _, label in pairs]
    return Head.fit(texts, vectors(texts), labels, {**CONFIG, **config})


def vectors(texts):
    """The vectors of texts, one a row."""
    return np.stack([encode(text) for text in texts])


def scores(head, *texts):
    """How well each class fits each text."""
    return head.scores(texts, vectors(texts))


def rank(head, text, **options):
    """The head's ranking of one text."""
    return head.ranking(text, scores(head, text)[0], **options)


def best(head, text):
    """The most probable class of one text."""
    return rank(head, text).entries[0][0]


def random_texts(count):
    """Vectors and spellings of this many meaningless texts."""
    texts = [f"wort{i} satz{i * 7 % 5} frage{i % 3}" for i in range(count)]
    random = np.random.default_rng(3).normal(size=(count, 384)).astype(np.float32)
    unit = random / np.linalg.norm(random, axis=1, keepdims=True)
    return unit, Spelling.fit(texts, [2, 3], None).matrix(texts)


@pytest.fixture(scope="module")
def head():
    """A head for all intents."""
    return fitted()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in welchem jahr hat das büro eröffnet?", "ask_history/office_opened"),
        ("when was the office opened?", "ask_history/office_opened"),
        ("wie viele menschen hat fap erreicht?", "ask_figures/fap_reached"),
        ("who supports asylum claims?", "referral/asylum"),
        ("guten morgen", "smalltalk/greeting"),
        ("wan wurde das buero eroefnet", "ask_history/office_opened"),
    ],
)
def test_unseen_wording_is_ranked_first_in_its_class(head, text, expected):
    assert best(head, text) == expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("in welchem jahr hat das büro eröffnet?", "fact"),
        ("when was the office opened?", "fact"),
        ("who supports asylum claims?", "referral"),
        ("guten morgen", "smalltalk"),
        ("how much does it cost?", "out_of_scope"),
    ],
)
def test_kind_of_unseen_wording_is_the_most_probable(head, text, kind):
    kinds = rank(head, text).kinds
    assert max(kinds, key=kinds.get) == kind


def test_a_class_fits_its_own_examples_and_not_the_others(head):
    fits = dict(zip(head.classes, scores(head, "hallo")[0]))
    assert fits.pop("smalltalk/greeting") > 0.6
    assert max(fits.values()) < 0.3


def test_ranking_is_of_probabilities_best_first(head):
    confidences = [confidence for _, confidence in rank(head, "wann wurde das büro eröffnet?").entries]
    assert confidences == sorted(confidences, reverse=True)
    assert 0 < sum(confidences) <= 1.001


def test_ranking_names_the_best_of_each_kind_however_faint(head):
    ids = [id_ for id_, _ in rank(head, "wann wurde das büro eröffnet?", most=2).entries]
    assert {"ask_history/office_opened", "smalltalk/greeting", "referral/asylum"} < {*ids}
    assert len(ids) < len(EXAMPLES)


def test_probabilities_of_all_classes_make_one(head):
    ranking = rank(head, "wer leitet die iom?", most=len(EXAMPLES))
    assert sum(confidence for _, confidence in ranking.entries) == pytest.approx(1, abs=0.001)
    assert sorted(id_ for id_, _ in ranking.entries) == sorted(EXAMPLES)


def test_probabilities_of_the_kinds_make_one(head):
    kinds = rank(head, "wer leitet die iom?").kinds
    assert sum(kinds.values()) == pytest.approx(1, abs=0.001)
    assert sorted(kinds) == ["fact", "follow_up", "out_of_scope", "referral", "smalltalk"]


def test_texts_are_scored_each_for_itself(head):
    texts = ("hallo", "was macht das gdi?")
    together = scores(head, *texts)
    assert together == pytest.approx(np.concatenate([scores(head, text) for text in texts]), abs=1e-5)


@pytest.mark.parametrize("text", ["", "😀", "ъъъ", pytest.param("a" * 1000, id="long")])
def test_text_without_known_spelling_is_ranked_too(head, text):
    ranking = rank(head, text)
    assert np.isfinite([*dict(ranking.entries).values(), *ranking.kinds.values()]).all()


def test_training_twice_gives_the_same(head):
    text = "wie viele wurden unterstützt?"
    again = fitted()
    assert np.array_equal(scores(again, text), scores(head, text))
    assert rank(again, text) == rank(head, text)


@pytest.mark.parametrize("spelling", [0.0, 1.0])
def test_share_of_spelling_changes_the_scores(head, spelling):
    text = "wan wurde das buero eroefnet"
    assert scores(fitted(spelling=spelling), text) != pytest.approx(scores(head, text), abs=0.01)


def test_by_spelling_alone_meaning_does_not_count():
    by_spelling, by_meaning = (scores(fitted(spelling=share), "ъъъ")[0] for share in (1.0, 0.0))
    assert by_spelling == pytest.approx(0, abs=1e-6)
    assert np.abs(by_meaning).max() > 0.01


def test_evenness_lets_a_small_class_count_more():
    small = "ask_programmes/fap_overview"
    heads = [fitted(counts={small: 2}, evenness=evenness) for evenness in (0.0, 1.0)]
    fits = [scores(head, "erklär mir das programm")[0][head.classes.index(small)] for head in heads]
    assert fits[0] < fits[1]


def test_sharpness_makes_the_best_surer(head):
    sharper, text = fitted(sharpness=30.0), "wie viele menschen?"
    assert rank(sharper, text).entries[0][1] > rank(head, text).entries[0][1]


def test_saved_head_ranks_the_same(head, tmp_path):
    head.save(tmp_path)
    text = "when was the office opened?"
    kept, read = rank(head, text), rank(Head.load(tmp_path), text)
    assert [id_ for id_, _ in kept.entries[:3]] == [id_ for id_, _ in read.entries[:3]]
    assert dict(read.entries) == pytest.approx(dict(kept.entries), abs=0.005)
    assert read.kinds == pytest.approx(kept.kinds, abs=0.005)


def test_saved_head_scores_the_same(head, tmp_path):
    head.save(tmp_path)
    texts = ("when was the office opened?", "erklär mir das programm", "asyl", "und wie viele familien?")
    assert scores(Head.load(tmp_path), *texts) == pytest.approx(scores(head, *texts), abs=0.002)


def test_head_saved_twice_says_exactly_the_same(head, tmp_path):
    texts = ("when was the office opened?", "und wie viele?")
    for name, saved in (("a", head), ("b", fitted())):
        (tmp_path / name).mkdir()
        saved.save(tmp_path / name)
    first, second = (Head.load(tmp_path / name) for name in ("a", "b"))
    assert [rank(first, text) for text in texts] == [rank(second, text) for text in texts]


def test_saved_head_is_plain_data(head, tmp_path):
    head.save(tmp_path)
    kept = ["head.json", "head.npz", "meaning.onnx", "spelling.npy"]
    assert sorted(path.name for path in tmp_path.iterdir()) == kept
    with np.load(tmp_path / "head.npz", allow_pickle=False) as stored:
        assert all(stored[name].dtype != object for name in stored.files)
    assert json.loads((tmp_path / "head.json").read_text("utf-8"))["classes"] == sorted(EXAMPLES)


def test_folder_without_a_head_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        Head.load(tmp_path)


def test_two_classes_are_told_apart():
    head = fitted(("ask_history/office_opened", "smalltalk/greeting"))
    assert best(head, "when did the office open?") == "ask_history/office_opened"
    assert best(head, "hello") == "smalltalk/greeting"


def whole(panels):
    """The symmetric matrix of a lower half given in blocks of rows."""
    rows = [np.pad(panel, ((0, 0), (0, panels[-1].shape[1] - panel.shape[1]))) for panel in panels]
    lower = np.concatenate(rows)
    return np.tril(lower) + np.tril(lower, -1).T


def likeness(unit, ngrams, config=CONFIG):
    """The similarity of texts, computed directly from the formula."""
    meaning = np.exp(2 * config["narrowness"] * (unit @ unit.T - 1))
    return (1 - config["spelling"]) * meaning + config["spelling"] * (ngrams @ ngrams.T).toarray()


@pytest.mark.parametrize("share", [0, 0.35, 1])
@pytest.mark.parametrize("frequent", [0, 5, 10**6])
@pytest.mark.parametrize("block", [1, 3, 10])
def test_likeness_is_of_meaning_and_spelling(monkeypatch, block, frequent, share):
    monkeypatch.setattr(ridge, "BLOCK", block)
    monkeypatch.setattr(gram, "FREQUENT", frequent)
    unit, ngrams = random_texts(10)
    config = {**CONFIG, "spelling": share}
    assert whole(gram.panels(unit, ngrams, config)) == pytest.approx(likeness(unit, ngrams, config), abs=1e-5)


def test_every_text_is_wholly_like_itself():
    assert np.diag(whole(gram.panels(*random_texts(6), CONFIG))) == pytest.approx(1, abs=1e-5)


def examples():
    """All examples: texts, vectors, labels."""
    pairs = [(text.lower(), intent) for intent, texts in EXAMPLES.items() for text in texts]
    texts, labels = [text for text, _ in pairs], [intent for _, intent in pairs]
    return texts, vectors(texts), labels


def features(texts, given, config=CONFIG):
    """Centred vectors and n-grams of examples, as the head computes them."""
    ngrams = Spelling.fit(texts, config["ngrams"], config["most_ngrams"]).matrix(texts)
    return head_module._centred(given, given.mean(axis=0)), ngrams


def test_scores_are_those_of_the_regression_written_out():
    texts, given, labels = examples()
    config = {**CONFIG, "evenness": 0.0}
    head = Head.fit(texts, given, labels, config)
    gram = likeness(*features(texts, given), config).astype(np.float64)
    targets = np.array([[label == name for name in head.classes] for label in labels]) - 1 / len(head.classes)
    expected = gram @ np.linalg.solve(gram + config["ridge"] * np.eye(len(labels)), targets)
    # Vectors are compared in 8 bits; what the n-grams contribute is kept in 16.
    assert head.scores(texts, given) == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("last", [None, 5])
def test_kinds_are_trained_on_what_is_said_of_an_example_left_out(monkeypatch, last):
    seen, fit = {}, KindModel.fit

    def spied(classes, scores, texts, labels, sharpness):
        seen.update(scores=scores, texts=texts, labels=labels)
        return fit(classes, scores, texts, labels, sharpness)

    monkeypatch.setattr(KindModel, "fit", spied)
    config = {**CONFIG, "evenness": 0.0}
    texts, given, labels = examples()
    monkeypatch.setattr(head_module, "CALIBRATED", last or len(texts))
    head = Head.fit(texts, given, labels, config)
    targets = np.array([[label == name for name in head.classes] for label in labels]) - 1 / len(head.classes)
    gram = likeness(*features(texts, given), config).astype(np.float64)
    assert len(seen["texts"]) == (last or len(texts))
    for row in (0, len(seen["texts"]) // 2, len(seen["texts"]) - 1):
        left = texts.index(seen["texts"][row])
        assert seen["labels"][row] == labels[left]
        others = [i for i in range(len(labels)) if i != left]
        ridge = config["ridge"] * np.eye(len(others))
        weights = np.linalg.solve(gram[np.ix_(others, others)] + ridge, targets[others])
        assert seen["scores"][row] == pytest.approx(gram[left, others] @ weights, abs=1e-3)


def test_large_classes_count_less_by_evenness():
    labels = ["a"] * 3 + ["b"]
    assert head_module._sample_weights(labels, 0.0).tolist() == [1.0, 1.0, 1.0, 1.0]
    assert head_module._sample_weights(labels, 1.0) == pytest.approx([2 / 3, 2 / 3, 2 / 3, 2])
