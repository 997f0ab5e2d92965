"""Texts of a language are compared with questions and emergencies of the same language."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.nlu.ranking.head import Ranking
from assistant.nlu.ranking.language_examples import QUESTION_WEIGHT, LanguageExamples, arrays

CLASSES = ["crisis/violence", "crisis/violence", "crisis/self_harm", "crisis/self_harm"]
AXES = np.eye(384, dtype=np.float32)
EMERGENCIES = np.stack([AXES[0], AXES[0] + 0.1 * AXES[1], AXES[2], AXES[2] + 0.1 * AXES[3]])
QUESTIONS = np.stack([AXES[10], AXES[11], AXES[12], -AXES[10] - AXES[11] - AXES[12]])
ASKED = ["ask_figures/members", "ask_history/founded", "referral/doctor", "referral/lawyer"]
KINDS = {"crisis": 0.9, "fact": 0.1}


@pytest.fixture(scope="module")
def language_examples(tmp_path_factory):
    """Ukrainian ones, as read back from a file."""
    file = tmp_path_factory.mktemp("own") / "own.npz"
    np.savez(file, **arrays({"uk/emergencies": (CLASSES, EMERGENCIES), "uk/questions": (ASKED, QUESTIONS)}))
    with np.load(file, allow_pickle=False) as stored:
        return LanguageExamples.of({name: stored[name] for name in stored.files})


def ranking(*entries):
    return Ranking(list(entries), KINDS)


def test_the_nearest_example_decides_between_emergencies(language_examples):
    before = ranking(("crisis/self_harm", 0.6), ("ask_figures/members", 0.2), ("crisis/violence", 0.1))
    assert language_examples.settled(before, AXES[0], "uk").entries[0][0] == "crisis/violence"
    assert language_examples.settled(before, AXES[2], "uk").entries[0][0] == "crisis/self_harm"


def test_an_emergency_that_was_not_among_the_candidates_can_be_found(language_examples):
    after = language_examples.settled(ranking(("crisis/self_harm", 0.6)), AXES[0], "uk")
    assert after.entries[0][0] == "crisis/violence"


def test_that_a_text_is_an_emergency_at_all_is_left_alone(language_examples):
    before = ranking(("crisis/self_harm", 0.3), ("ask_figures/members", 0.2))
    after = language_examples.settled(before, AXES[0], "uk")
    assert dict(after.entries)["ask_figures/members"] == 0.2
    assert sum(p for id_, p in after.entries if id_.startswith("crisis")) == pytest.approx(0.3, abs=1e-3)
    assert after.kinds == KINDS
    calm = ranking(("ask_figures/members", 0.2))
    assert language_examples.settled(calm, AXES[0], "uk") == calm


def test_a_text_far_from_every_example_keeps_its_emergency(language_examples):
    assert (
        language_examples.settled(ranking(("crisis/violence", 0.9)), AXES[7], "uk").entries[0][0] == "crisis/violence"
    )


def test_a_language_without_examples_changes_nothing(language_examples):
    before = ranking(("crisis/self_harm", 0.6), ("crisis/violence", 0.1))
    assert language_examples.settled(before, AXES[0], "ko") == before
    assert not language_examples.boosts(AXES[10], "ko", ASKED).any()


def test_a_question_like_the_text_lifts_its_entry_and_hardly_any_other(language_examples):
    first, second, third, unlike = language_examples.boosts(AXES[10], "uk", ASKED)
    assert first == pytest.approx(QUESTION_WEIGHT, abs=0.05)
    assert max(second, third, unlike) < first / 5
