"""The committed result is what the trained model really does."""

from __future__ import annotations

import pytest

from assistant.training.model import model_path
from evaluation.assistant import Assistant
from evaluation.cases import own_files, read
from evaluation.check import RESULT, load
from evaluation.run import run

EVERY = 8
AGREED = 0.97


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::UserWarning")  # Rasa warns of a domain read without its training data
def test_a_sample_scores_as_the_kept_result_says():
    cases = list(read(own_files()))[::EVERY]
    missed = {judged.case.id for judged in run(Assistant(model_path()), cases) if not judged.good}
    said = set(load(RESULT)["missed"])
    agreed = sum((case.id in missed) == (case.id in said) for case in cases)
    assert agreed / len(cases) >= AGREED, sorted(missed ^ (said & {case.id for case in cases}))
