"""Vectors of other languages are moved to where the same texts lie in the originals."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.nlu.ranking.alignment import Alignment

RANDOM = np.random.default_rng(1)
SIZE = 384


def unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def pairs():
    """A language that lies apart by one direction, and a little turned."""
    original = unit(RANDOM.normal(size=(200, SIZE)))
    apart = unit(RANDOM.normal(size=(1, SIZE)))
    return original + 0.8 * apart + 0.1 * np.roll(original, 1, axis=1), original


def test_what_separates_the_languages_is_taken_back(pairs):
    own, original = pairs
    moved = Alignment.fit({"uk": pairs}).moved(own, "uk")
    before, after = (np.linalg.norm(each - original, axis=1).mean() for each in (own, moved))
    assert after < before / 3


def test_texts_of_the_originals_stay_where_they_are(pairs):
    own, _ = pairs
    alignment = Alignment.fit({"uk": pairs})
    for language in ("de", "en", "ru", None):
        assert alignment.moved(own, language) is own


def test_an_alignment_is_the_same_after_saving(pairs, tmp_path):
    own, _ = pairs
    alignment = Alignment.fit({"uk": pairs})
    np.savez(tmp_path / "alignment.npz", **alignment.arrays())
    with np.load(tmp_path / "alignment.npz", allow_pickle=False) as stored:
        loaded = Alignment.of({name: stored[name] for name in stored.files})
    assert np.allclose(loaded.moved(own, "uk"), alignment.moved(own, "uk"), atol=2e-3)
