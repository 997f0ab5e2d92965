"""Masking leaves alone what the assistant is asked and what it says."""

from __future__ import annotations

from evaluation.cases import shared_files
from evaluation.masking import check


def test_no_question_of_the_project_is_damaged():
    assert list(check.damaged(check.own_questions())) == []


if shared_files():

    def test_no_question_beside_the_project_is_damaged():
        assert list(check.damaged(check.questions_beside())) == []


def test_nothing_that_the_assistant_says_is_damaged():
    assert list(check.damaged(check.own_words())) == []


def test_damage_is_noticed():
    assert len(list(check.damaged(["Was ist FAP?", "Ich heiße Xaver."]))) == 1
