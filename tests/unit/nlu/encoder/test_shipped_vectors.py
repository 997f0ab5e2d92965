"""The vectors in the repository are those of the committed training questions."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.commands import vectors as command
from assistant.core.paths import SHIPPED_VECTORS
from assistant.knowledge.examples import examples
from assistant.nlu.encoder import shipped_vectors
from assistant.nlu.encoder.vectors import NAME, Encoder, KeptVectors, encode

TEXTS = ["Wann?", "Wer leitet das Büro?", "How many people?"]


@pytest.fixture
def shipped(tmp_path):
    """A file with the vectors of some texts."""
    path = tmp_path / "shipped" / "questions.npz"
    shipped_vectors.write(path, {text: encode(text) for text in TEXTS}, NAME)
    return path


def test_a_vector_is_read_as_it_was_but_for_rounding(shipped):
    for text, vector in shipped_vectors.read(shipped, TEXTS, NAME).items():
        assert vector @ encode(text) > 0.9995
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-6)
        assert vector.dtype == np.float32


@pytest.mark.parametrize("texts", [TEXTS, TEXTS[::-1], ["Wo?", *TEXTS, "Wieso?"]])
def test_texts_find_their_own_vectors_in_any_order(shipped, texts):
    found = shipped_vectors.read(shipped, texts, NAME)
    assert set(found) == set(TEXTS)
    assert all(found[text] @ encode(text) > 0.9995 for text in TEXTS)


def test_writing_what_was_read_gives_the_same_file(shipped, tmp_path):
    shipped_vectors.write(tmp_path / "again.npz", shipped_vectors.read(shipped, TEXTS[::-1], NAME), NAME)
    assert (tmp_path / "again.npz").read_bytes() == shipped.read_bytes()


def test_vectors_of_another_encoder_are_of_no_use(shipped):
    assert shipped_vectors.read(shipped, TEXTS, "another") == {}


@pytest.mark.parametrize("content", [b"", b"garbage", None])
def test_a_file_that_cannot_be_read_has_none(tmp_path, content):
    path = tmp_path / "v.npz"
    if content is not None:
        path.write_bytes(content)
    assert shipped_vectors.read(path, TEXTS, NAME) == {}


def test_only_what_is_not_shipped_is_encoded_and_kept(shipped, tmp_path, monkeypatch):
    encoded, many = [], Encoder.many
    monkeypatch.setattr(Encoder, "many", lambda self, new, what: encoded.extend(new) or many(self, new, what))
    kept = tmp_path / "kept.npz"
    found = KeptVectors(kept, shipped).of([*TEXTS, "Wo?"])
    assert list(found) == [*TEXTS, "Wo?"]
    assert encoded == ["Wo?"]
    assert np.load(kept)["texts"].tolist() == ["Wo?"]


def test_nothing_is_kept_where_all_are_shipped(shipped, tmp_path):
    KeptVectors(tmp_path / "kept.npz", shipped).of(TEXTS)
    assert not (tmp_path / "kept.npz").exists()


def test_the_repository_holds_the_vectors_of_its_questions(capsys):
    texts = list(dict.fromkeys(example.text for example in examples()))
    assert command.check(SHIPPED_VECTORS, texts) == 0
    assert "64 were verified" in capsys.readouterr().out


def test_a_vector_of_another_question_is_found_out(shipped, capsys):
    vectors = shipped_vectors.read(shipped, TEXTS, NAME)
    shipped_vectors.write(shipped, {**vectors, "Wann?": vectors["How many people?"]}, NAME)
    assert command.check(shipped, TEXTS) == 1
    assert "Wann?" in capsys.readouterr().err


def test_too_many_missing_vectors_are_told(shipped, capsys):
    assert command.check(shipped, [*TEXTS, "Wo?"]) == 1
    assert "make data" in capsys.readouterr().err
