"""Masking leaves alone what the assistant is asked and what it says."""

from __future__ import annotations

from evaluation.cases import shared_files
from evaluation.masking import check


def test_no_question_of_the_project_is_masked():
    assert list(check.wrongly_masked(check.own_questions())) == []


if shared_files():

    def test_no_question_next_to_the_project_is_masked():
        assert list(check.wrongly_masked(check.shared_questions())) == []


def test_nothing_that_the_assistant_says_is_masked():
    assert list(check.wrongly_masked(check.own_words())) == []


def test_a_masked_question_is_noticed():
    assert len(list(check.wrongly_masked(["Was ist FAP?", "Ich heiße Xaver."]))) == 1
