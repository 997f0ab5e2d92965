"""The head learns to tell entries apart and stays the same on disk."""

from __future__ import annotations

import json

import numpy as np
import pytest

from assistant.nlu.classifier import EntryClassifier
from assistant.nlu.head import Head
from assistant.nlu.vectors import encode
from tests.unit.nlu.conftest import EXAMPLES

CONFIG = EntryClassifier.get_default_config()


def fitted(intents=tuple(EXAMPLES), counts=None, **config):
    """A head trained on examples of those intents."""
    pairs = [(t.lower(), i) for i in intents for t in EXAMPLES[i][: (counts or {}).get(i)]]
    texts, labels = [text for text, _ in pairs], [label for _, label in pairs]
    return Head.fit(texts, vectors(texts), labels, {**CONFIG, **config})


def vectors(texts):
    """The vectors of texts, one a row."""
    return np.stack([encode(text) for text in texts])


def rank(head, *texts, **options):
    """The head's ranking of texts."""
    return head.rank(texts, vectors(texts), **options)


@pytest.fixture(scope="module")
def head():
    """A head for all intents."""
    return fitted()


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("in welchem jahr hat das büro eröffnet?", "ask_history/office_opened"),
        ("when was the office opened?", "ask_history/office_opened"),
        ("wie viele menschen hat fap erreicht?", "ask_figures/fap_reached"),
        ("who supports asylum claims?", "referral/asylum"),
        ("guten morgen", "smalltalk/greeting"),
        ("wan wurde das buero eroefnet", "ask_history/office_opened"),
    ],
)
def test_unseen_wording_is_ranked_first_in_its_class(head, text, best):
    assert rank(head, text)[0][0][0] == best


def test_ranking_is_of_five_probabilities_best_first(head):
    ranking = rank(head, "wann wurde das büro eröffnet?")[0]
    confidences = [confidence for _, confidence in ranking]
    assert len(ranking) == 5
    assert confidences == sorted(confidences, reverse=True)
    assert 0 < sum(confidences) <= 1.001


def test_probabilities_of_all_classes_make_one(head):
    ranking = rank(head, "wer leitet die iom?", most=6)[0]
    assert sum(confidence for _, confidence in ranking) == pytest.approx(1, abs=0.001)
    assert sorted(id_ for id_, _ in ranking) == sorted(EXAMPLES)


def test_texts_are_ranked_each_for_itself(head):
    texts = ("hallo", "was macht das gdi?")
    assert rank(head, *texts) == [*rank(head, texts[0]), *rank(head, texts[1])]


@pytest.mark.parametrize("text", ["", "😀", "ъъъ", pytest.param("a" * 1000, id="long")])
def test_text_without_known_spelling_is_ranked_too(head, text):
    assert np.isfinite([confidence for _, confidence in rank(head, text)[0]]).all()


def test_training_twice_gives_the_same(head):
    text = "wie viele wurden unterstützt?"
    assert rank(fitted(), text) == rank(head, text)


@pytest.mark.parametrize("spelling", [0.0, 1.0])
def test_share_of_spelling_changes_the_ranking(head, spelling):
    text = "wan wurde das buero eroefnet"
    assert rank(fitted(spelling=spelling), text) != rank(head, text)


def test_evenness_lets_a_small_class_count_more():
    small = "ask_programmes/fap_overview"
    confidence = [
        dict(rank(fitted(counts={small: 2}, evenness=evenness), "erklär mir das programm", most=6)[0])[small]
        for evenness in (0.0, 1.0)
    ]
    assert confidence[0] < confidence[1]


def test_saved_head_ranks_the_same(head, tmp_path):
    head.save(tmp_path)
    text = "when was the office opened?"
    kept, read = dict(rank(head, text)[0]), dict(rank(Head.load(tmp_path), text)[0])
    assert list(kept) == list(read)
    assert read == pytest.approx(kept, abs=0.005)


def test_saved_head_is_plain_data(head, tmp_path):
    head.save(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["head.json", "head.npz"]
    with np.load(tmp_path / "head.npz", allow_pickle=False) as stored:
        assert all(stored[name].dtype != object for name in stored.files)
    assert json.loads((tmp_path / "head.json").read_text("utf-8"))["classes"] == sorted(EXAMPLES)


def test_folder_without_a_head_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        Head.load(tmp_path)


def test_two_classes_are_told_apart():
    head = fitted(("ask_history/office_opened", "smalltalk/greeting"))
    assert [ranking[0][0] for ranking in rank(head, "when did the office open?", "hello")] == [
        "ask_history/office_opened",
        "smalltalk/greeting",
    ]
