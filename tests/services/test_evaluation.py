"""The committed result is what the trained model really does."""

from __future__ import annotations

import pytest

from assistant.training.model import model_path
from evaluation.assistant import Assistant
from evaluation.cases import own_files, read
from evaluation.check import RESULT, load
from evaluation.needs import needs_files, read_needs
from evaluation.run import run, run_needs

EVERY = 8
AGREED = 0.97


@pytest.fixture(scope="module")
def assistant() -> Assistant:
    return Assistant(model_path())


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::UserWarning")  # Rasa warns of a domain read without its training data
def test_a_sample_scores_as_the_kept_result_says(assistant):
    cases = list(read(own_files()))[::EVERY]
    agrees({case.id for case in cases}, {judged.case.id for judged in run(assistant, cases) if not judged.good})


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_sample_of_needs_scores_as_the_kept_result_says(assistant):
    cases = list(read_needs(needs_files()))[::EVERY]
    unmet = {judged.case.id for judged in run_needs(assistant, cases) if judged.outcome != "helped"}
    agrees({case.id for case in cases}, unmet)


def agrees(asked: set[str], missed: set[str]) -> None:
    said = set(load(RESULT)["missed"])
    agreed = sum((case in missed) == (case in said) for case in asked)
    assert agreed / len(asked) >= AGREED, sorted(missed ^ (said & asked))
