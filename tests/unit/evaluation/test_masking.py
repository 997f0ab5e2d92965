"""The masking texts, their score and its floors."""

from __future__ import annotations

from typing import get_args

import pytest

from assistant.core.languages import ORIGINALS
from assistant.privacy import Span
from evaluation.masking import check, table
from evaluation.masking.figures import ALL, score
from evaluation.masking.texts import Part, languages_of, texts, unmarked
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
    cases = [case for part in get_args(Part) for case in texts(language, part)]
    assert sum(bool(case.spans) for case in cases) >= 150
    assert sum(not case.spans for case in cases) >= 100
    assert len({case.id for case in cases}) == len(cases)
    assert {span.kind for case in cases for span in case.spans} == set(score([], lambda _: []).kinds) - {ALL}


def test_the_fresh_texts_are_in_eight_languages_and_two_fifths_of_them_have_nothing_to_mask():
    fresh = {language: list(texts(language, "fresh")) for language in languages_of("fresh")}
    cases = [case for of_language in fresh.values() for case in of_language]
    assert len(fresh) == 8
    assert len(cases) >= 400
    assert sum(not case.spans for case in cases) >= 0.38 * len(cases)
    assert all(any(case.before for case in of_language) for of_language in fresh.values())


def test_no_text_of_the_fresh_part_was_tuned_on():
    tuned = {case.text for language in languages_of("tuning") for case in texts(language, "tuning")}
    marked = {case.text for language in languages_of("fresh") for case in texts(language, "fresh") if case.spans}
    assert not tuned & marked


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
    monkeypatch.setattr(check, "found", lambda *_: [])
    assert len(list(check.below_floor_of_names())) == 2
    assert len(list(check.below_floors(check.scores()))) == len(check.scores())
    monkeypatch.setattr(check, "found", lambda text, _: [Span(0, len(text), "name")])
    assert len(list(check.below_floors(check.scores()))) >= 2 * len(check.scores()) - 2


def test_the_document_says_what_was_measured_and_anything_else_is_reported(tmp_path, monkeypatch):
    measured = check.scores()
    assert list(table.undocumented(measured)) == []
    altered = tmp_path / "masking.md"
    altered.write_text(
        table.DOCUMENT.read_text("utf-8").replace("| the present rules | 95 ", "| the present rules | 99 ")
    )
    monkeypatch.setattr(table, "DOCUMENT", altered)
    assert [line.split(": ")[1][:21] for line in table.undocumented(measured)] == ["| the present rules |"]


def test_the_name_of_an_account_is_right_when_masked_as_a_name():
    cases = [unmarked("x", "Insta {handle:@xemal_7}")]
    result = score(cases, lambda _: [Span(6, 14, "name")])
    assert (result.kinds["handle"].recall, result.kinds["name"].precision) == (1, 1)
