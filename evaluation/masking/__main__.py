"""Measures how much personal data masking finds and checks it against floors: `python -m evaluation.masking`."""

from __future__ import annotations

import argparse
import sys

from evaluation.cases import shared_files
from evaluation.masking.check import findings, scores, scores_with_unknown_names
from evaluation.masking.figures import Score
from evaluation.masking.table import by_kind, by_language


def main() -> int:
    """Prints figures per part, language and kind; returns 1 below a floor or if a question is masked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only report problems")
    parser.add_argument("--misses", action="store_true", help="list the mistakes in the part for tuning")
    arguments = parser.parse_args()
    measured = scores()
    for (part, language), result in measured.items():
        if not arguments.check:
            _print(f"{part}, {language}", result)
        if arguments.misses and part == "tuning":
            print(*result.wrong, sep="\n")
    if not arguments.check:
        print("", *by_language(measured), "", *by_kind(measured), "", sep="\n")
        for language, result in scores_with_unknown_names().items():
            names = result.kinds["name"]
            print(f"held-out, {language}, invented names: recall {100 * names.recall:.1f}% of {names.marked}")
    return _verdict(findings(measured))


def _verdict(wrong: list[str]) -> int:
    if not shared_files():
        print("Skipped: there are no question files next to the project, so only its own were checked.")
    print(
        "\n".join(wrong) or "Masking is above its floors and leaves every question alone.",
        file=sys.stderr if wrong else sys.stdout,
    )
    return 1 if wrong else 0


def _print(title: str, result: Score) -> None:
    print(f"\n{title}: {result.clean} texts with nothing to mask, of which {result.changed} were changed")
    print(f"{'kind':10} {'marked':>7} {'recall':>8} {'masked':>7} {'precision':>10}")
    for kind, figures in result.kinds.items():
        if not (figures.marked or figures.masked):
            continue
        recalled = f"{figures.marked:7} {100 * figures.recall:7.1f}%"
        print(f"{kind:10} {recalled} {figures.masked:7} {100 * figures.precision:9.1f}%")


if __name__ == "__main__":
    sys.exit(main())
