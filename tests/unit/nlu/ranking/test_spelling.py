"""Texts as weighted n-grams: the same result as scikit-learn's, without it."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from assistant.nlu.ranking.spelling import Spelling
from tests.unit.nlu.conftest import EXAMPLES

TEXTS = [text.lower() for texts in EXAMPLES.values() for text in texts]
ASKED = [
    "wann wurde das büro eröffnet?", "und und und wer?", "WER  leitet\tdie IOM", "a", "ъъъ", "", "😀", "wort" * 300,
]  # fmt: skip


@pytest.fixture(scope="module")
def spelling():
    """Learned from the examples."""
    return Spelling.fit(TEXTS, [2, 5], 2000)


@pytest.fixture(scope="module")
def judge():
    """scikit-learn's own n-grams within words, for comparison."""
    return TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, max_features=2000).fit(TEXTS)


def test_the_same_ngrams_are_learned(spelling, judge):
    assert spelling.numbers == judge.vocabulary_
    assert spelling.rarity == pytest.approx(judge.idf_, rel=1e-5)


@pytest.mark.parametrize("text", ASKED)
def test_a_text_weighs_the_same(spelling, judge, text):
    ngrams, weights = spelling.of(text)
    found = np.zeros(len(spelling.numbers))
    found[ngrams] = weights
    assert found == pytest.approx(judge.transform([text]).toarray()[0], abs=1e-6)


def test_many_texts_weigh_the_same(spelling, judge):
    assert spelling.matrix(ASKED).toarray() == pytest.approx(judge.transform(ASKED).toarray(), abs=1e-6)


def test_no_texts_make_an_empty_matrix(spelling):
    assert spelling.matrix([]).shape == (0, len(spelling.numbers))
