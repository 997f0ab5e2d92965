"""Scores the assistant and two baselines and writes the result: `make evaluate`, `make measure`."""

from __future__ import annotations

import argparse
import json
import logging
import sys
import warnings
from collections.abc import Sequence
from typing import Any

import structlog

from assistant.core.paths import ROOT
from assistant.core.progress import announce
from assistant.training.model import ensure_model
from evaluation import check
from evaluation.cases import own_files, read, shared_files
from evaluation.figures import Judged, Measured, by_file, needs_by_file, shown
from evaluation.languages import by_language, question_files, read_questions
from evaluation.needs import OPEN_QUESTIONS, needs_files, read_needs
from evaluation.run import System, run, run_languages, run_needs

PAGE = ROOT / "results" / "evaluation.html"
FLOORS = ROOT / "evaluation" / "floors.json"
EPOCHS = 1


def main() -> int:
    """Returns 1 if training and scoring questions overlap, or if the result falls below a floor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="score only the assistant and keep the baselines' figures")
    parser.add_argument(
        "--epochs", type=int, default=EPOCHS, help="epochs for Rasa's default pipeline (ten minutes each)"
    )
    parser.add_argument("--check", action="store_true", help="only check the committed result")
    arguments = parser.parse_args()
    if arguments.check:
        return check_result()
    if found := check.too_near():
        return report(found)
    silence_rasa()
    measured = measure(arguments.quick, arguments.epochs)
    save(measured, arguments.epochs)
    from evaluation import page

    page.write(measured, PAGE)
    print(f"Wrote {PAGE.relative_to(ROOT)} and {check.RESULT.relative_to(ROOT)}.")
    return check_result()


def check_result() -> int:
    """Reports whether the committed result is current and good enough; returns the exit code."""
    result = check.load(check.RESULT)
    if result["state"]["content"] != check.state()["content"]:
        print("Knowledge or training questions have changed since the committed result was measured.")
    return report(check.findings(result, check.load(FLOORS)))


def report(lines: Sequence[str]) -> int:
    """Prints findings; returns the exit code."""
    print(
        "\n".join(lines) or "The committed result is current and above its floors.",
        file=sys.stderr if lines else sys.stdout,
    )
    return 1 if lines else 0


def measure(quick: bool, epochs: int) -> Measured:
    """Puts every question to the assistant and, unless in a hurry, those about facts to the baselines too."""
    from evaluation.assistant import Assistant

    assistant = Assistant(ensure_model())
    return Measured(
        score([assistant, *([] if quick else baselines(epochs))]),
        run_needs(assistant, list(read_needs(needs_files()))),
        run(assistant, list(read([OPEN_QUESTIONS]))),
        run_languages(assistant, list(read_questions(question_files()))),
    )


def baselines(epochs: int) -> list[System]:
    """What a visitor would have instead."""
    from evaluation.default import Default, trained
    from evaluation.search import Search

    return [Search(), Default(trained(epochs))]


def score(systems: Sequence[System]) -> dict[str, list[Judged]]:
    """The judged messages of each system."""
    cases = list(read([*own_files(), *shared_files()]))
    return {system.name: run(system, cases) for system in systems}


def save(measured: Measured, epochs: int) -> None:
    """Writes the figures to be committed; a quick run leaves the baselines' figures unchanged."""
    before: dict[str, Any] = check.load(check.RESULT) if check.RESULT.exists() else {}
    figures = {name: by_file(judged) for name, judged in measured.systems.items()}
    needs = {**needs_by_file(measured.needs), OPEN_QUESTIONS.stem: {"all": shown(measured.open_questions)}}
    epochs_of_baselines = {"epochs": epochs} if "default" in figures else {}
    languages = by_language(measured.languages)
    now = {"needs": needs, "languages": languages, "missed": sorted(missed(measured)), "state": check.state()}
    content = {**before, **epochs_of_baselines, **figures, **now}
    check.RESULT.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", "utf-8")
    tell(figures, {**needs, **languages})


def missed(measured: Measured) -> set[str]:
    """The project's own cases in which the assistant did not answer right, or did not help, at least once."""
    own = {path.stem for path in own_files()}
    wrong = {one.case.id for one in measured.systems["assistant"] if not one.good and one.case.file in own}
    return wrong | {one.case.id for one in measured.needs if one.outcome != "helped"}


def tell(figures: dict[str, Any], needs: dict[str, dict[str, dict[str, int]]]) -> None:
    """Prints the figures of each file."""
    for name, files in figures.items():
        for file, kinds in files.items():
            announce(f"{name:10} {file:18} {100 * kinds['all']['good']:5.1f} % of {kinds['all']['n']}")
    for file, groups in needs.items():
        announce(f"{'needs':10} {file:18} " + ", ".join(f"{value} {name}" for name, value in groups["all"].items()))


def silence_rasa() -> None:
    """Silences Rasa's log and the warnings of its old dependencies."""
    warnings.filterwarnings("ignore")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


if __name__ == "__main__":
    sys.exit(main())
