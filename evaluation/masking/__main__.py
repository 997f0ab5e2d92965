"""Prints how much personal data masking finds: `python -m evaluation.masking`."""

from __future__ import annotations

import argparse
import sys
from typing import get_args

from assistant.languages import LANGUAGES
from assistant.privacy import found
from evaluation.masking.figures import Score, score
from evaluation.masking.texts import Half, texts


def main() -> int:
    """Prints figures per half, language and kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", action="store_true", help="show what went wrong, in the half for tuning only")
    arguments = parser.parse_args()
    for half in get_args(Half):
        for language in LANGUAGES:
            result = score(texts(language, half), found)
            _print(f"{half}, {language}", result)
            if arguments.misses and half == "tuning":
                print(*result.wrong, sep="\n")
    return 0


def _print(title: str, result: Score) -> None:
    print(f"\n{title}: {result.clean} texts with nothing to mask, {result.changed} of them changed")
    print(f"{'kind':10} {'marked':>7} {'recall':>8} {'masked':>7} {'precision':>10}")
    for kind, figures in result.kinds.items():
        print(
            f"{kind:10} {figures.marked:7} {100 * figures.recall:7.1f}% {figures.masked:7} {100 * figures.precision:9.1f}%"
        )


if __name__ == "__main__":
    sys.exit(main())
