"""The masking texts, their score and its floors."""

from __future__ import annotations

from typing import get_args

import pytest

from assistant.core.languages import ORIGINALS
from assistant.privacy import Span
from evaluation.masking import check
from evaluation.masking.figures import ALL, score
from evaluation.masking.texts import Half, texts, unmarked
from evaluation.masking.unknown import with_unknown_names


def test_marks_are_taken_out_and_kept_as_places():
    case = unmarked("x", "Ich heiße {name:Ali} und {name:Bo}.")
    assert case.text == "Ich heiße Ali und Bo."
    assert [case.text[span.start : span.end] for span in case.spans] == ["Ali", "Bo"]


def test_a_broken_mark_is_refused():
    with pytest.raises(ValueError, match="is malformed"):
        unmarked("x", "Ich heiße {nam:Ali}")


@pytest.mark.parametrize("language", ORIGINALS)
def test_there_are_enough_texts_and_no_text_twice(language):
    cases = [case for half in get_args(Half) for case in texts(language, half)]
    assert sum(bool(case.spans) for case in cases) >= 150
    assert sum(not case.spans for case in cases) >= 100
    assert len({case.id for case in cases}) == len(cases)
    assert {span.kind for case in cases for span in case.spans} == set(score([], lambda _: []).kinds) - {ALL}


def test_a_place_counts_as_found_only_when_all_of_it_is():
    cases = [unmarked("x", "Ich heiße {name:Ali Reza}.")]
    half = score(cases, lambda _: [Span(10, 13, "name")]).kinds["name"]
    assert (half.recall, half.precision) == (0, 1)
    too_much = score(cases, lambda _: [Span(0, 18, "name")]).kinds["name"]
    assert (too_much.recall, too_much.precision) == (1, 0)


def test_the_floors_hold():
    assert list(check.below_floors(check.scores())) == []
    assert list(check.below_floor_of_names()) == []


def test_invented_names_are_others_in_the_same_places():
    case = unmarked("x", "Ich bin {name:Dr. Ali REZA} und {name:bo}, {phone:0176 1}.")
    other = with_unknown_names(case)
    assert [other.text[span.start : span.end] for span in other.spans if span.kind == "phone"] == ["0176 1"]
    assert other.text != case.text
    assert other == with_unknown_names(case)
    assert other.text.startswith("Ich bin Dr. ")


def test_masking_nothing_or_everything_falls_below_the_floors(monkeypatch):
    monkeypatch.setattr(check, "found", lambda _: [])
    assert len(list(check.below_floor_of_names())) == 2
    assert len(list(check.below_floors(check.scores()))) == 4
    monkeypatch.setattr(check, "found", lambda text: [Span(0, len(text), "name")])
    assert len(list(check.below_floors(check.scores()))) == 8
