"""Renews the vectors of training questions that the repository keeps: `make data`; with --check, verifies them."""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Sized
from pathlib import Path

from assistant.core.paths import ROOT, SHIPPED_VECTORS, VECTORS
from assistant.knowledge.examples import examples
from assistant.nlu.encoder import shipped_vectors
from assistant.nlu.encoder.vectors import NAME, KeptVectors, encode

# The share of questions that may lack a vector before the file has to be renewed; training encodes those in seconds.
MOST_MISSING = 0.05
# How many vectors a check computes again, and the lowest cosine it accepts; even for one text, alone and in a batch, it
# may be as low as 0.998.
SAMPLE, ALIKE = 64, 0.99


def main() -> int:
    """Renews the file if need be, or with --check verifies it; returns 1 if that finds anything wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    texts = list(dict.fromkeys(example.text for example in examples()))
    return check(SHIPPED_VECTORS, texts) if arguments.check else write(SHIPPED_VECTORS, texts)


def check(path: Path, texts: list[str], sample: int = SAMPLE) -> int:
    """Returns 1 if too many vectors are missing, or if those in a sample differ from what the encoder gives."""
    kept = shipped_vectors.read(path, texts, NAME)
    if too_few(kept, texts):
        print(f"{len(texts) - len(kept)} questions have no vector in the repository; run `make data`.", file=sys.stderr)
        return 1
    asked = random.sample(sorted(kept), min(sample, len(kept)))
    if wrong := [text for text in asked if kept[text] @ encode(text) < ALIKE]:
        print(f"Not the vectors of these questions; run `make data`: {wrong[:3]}", file=sys.stderr)
        return 1
    print(f"Vectors of {len(kept)} of {len(texts)} questions are kept; {len(asked)} were verified.")
    return 0


def too_few(kept: Sized, texts: Sized) -> bool:
    """Whether so many questions lack a vector that training in a fresh clone would have to wait for them."""
    return len(kept) < (1 - MOST_MISSING) * len(texts)


def write(path: Path, texts: list[str]) -> int:
    """Writes the vectors of all questions if too many are missing; those in the file stay as they are."""
    if not too_few(shipped_vectors.read(path, texts, NAME), texts):
        print("Vectors of nearly all training questions are kept.")
        return 0
    shipped_vectors.write(path, KeptVectors(VECTORS, path).of(texts), NAME)
    print(f"Wrote {path.relative_to(ROOT)}: {path.stat().st_size / 1e6:.1f} MB.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
