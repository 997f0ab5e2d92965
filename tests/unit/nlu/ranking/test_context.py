"""The last answer raises the scores of entries: itself, its subjects, what it names, what is asked about it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from assistant.knowledge import Entry, KnowledgeBase
from assistant.knowledge.model import Door
from assistant.nlu.ranking.context import MOST_CHARACTERS, Context, ContextWeights, aspects_asked, by_ordinal, joined

# Every sum of weights is a different number, so that a test can tell which were added.
WEIGHTS = ContextWeights(same=1.0, subject=2.0, touched=4.0, related=8.0, aspect=16.0, named=32.0, alike=64.0, area=0.5)


def entry(id_, subjects, aspects=("what",), related=(), kind="fact"):
    """An entry with only the fields that the context uses."""
    text = {"de": "?", "en": "?"}
    return Entry(id_, kind, text, text, subjects=tuple(subjects), aspects=tuple(aspects), related=tuple(related))


LAST = entry("ask_data/last", ("dtm", "gdi"), ("how_many", "where"), ("ask_data/related", "referral/asylum"))
ENTRIES = (
    LAST,
    entry("ask_data/same_subject", ("dtm",), ("when", "who_pays")),
    entry("ask_data/touched", ("gdi",)),
    entry("ask_data/touching", ("fap", "dtm")),
    entry("ask_data/related", ("korea_visa",), ("when",)),
    entry("ask_data/stranger", ("fap",), ("when",)),
    entry("ask_data/stranger_alike", ("fap",), ("how_many", "when")),
    entry("referral/asylum", (), (), kind="referral"),
)
BASE = KnowledgeBase({e.id: e for e in ENTRIES}, {}, {}, {})
CLASSES = [*BASE.entries, "follow_up/when", "out_of_scope/far", "ask_data/gone"]


def near(id_, asked=None, named=(), last=LAST, weights=WEIGHTS, base=BASE, **options):
    """How much the last entry raises the score of a class."""
    values = Context(base, CLASSES, weights).boosts(last, asked or {}, named, **options)
    return dict(zip(CLASSES, values.tolist()))[id_]


@pytest.mark.parametrize(
    ("id_", "value"),
    [
        ("ask_data/last", WEIGHTS.same),
        ("ask_data/same_subject", WEIGHTS.touched),
        ("ask_data/touched", WEIGHTS.touched),
        ("ask_data/touching", WEIGHTS.touched),
        ("ask_data/related", WEIGHTS.related),
        ("ask_data/stranger", 0.0),
        ("ask_data/gone", 0.0),
    ],
)
def test_an_entry_comes_nearer_by_the_strongest_tie(id_, value):
    assert near(id_) == value


def test_the_same_main_subject_is_a_tie_of_its_own():
    assert near("ask_data/same_subject", weights=ContextWeights(subject=2.0, touched=1.0)) == 2.0
    assert near("ask_data/touched", weights=ContextWeights(subject=2.0, touched=1.0)) == 1.0


def test_without_measuring_anew_the_main_subject_counts_most():
    measured, base = ContextWeights(), with_areas(("ask_data/last", "ask_data/stranger"))
    names = ("same_subject", "touched", "related", "stranger")
    main, touched, related, area = (near(f"ask_data/{name}", weights=measured, base=base) for name in names)
    expected = (measured.subject, measured.touched, measured.related, measured.area)
    assert (main, touched, related, area) == pytest.approx(expected)
    assert main == max(main, touched, related, area)
    assert min(main, touched, related, area) > 0


@pytest.mark.parametrize("id_", ["follow_up/when", "out_of_scope/far"])
def test_only_entries_come_nearer(id_):
    assert near(id_, {"when": 1.0}) == 0.0


def test_a_related_referral_comes_nearer_too():
    assert near("referral/asylum") == WEIGHTS.related


def with_areas(*areas):
    """The same knowledge with these areas, each given by what belongs to it."""
    doors = {str(i): Door(str(i), {"de": "…", "en": "…"}, ("mbe",), near=near_) for i, near_ in enumerate(areas)}
    return dataclasses.replace(BASE, doors=doors)


@pytest.mark.parametrize(
    ("areas", "tied"),
    [
        ([("ask_data",)], True),
        ([("ask_data/last", "ask_data/stranger")], True),
        ([("ask_data/last",), ("ask_data/stranger",)], False),
        ([("ask_data/last",)], False),
        ([("referral",)], False),
        ([], False),
    ],
)
def test_the_area_of_the_last_answer_is_a_tie(areas, tied):
    assert near("ask_data/stranger", base=with_areas(*areas)) == WEIGHTS.area * tied


def test_the_area_is_the_tie_only_where_no_stronger_one_is():
    assert near("ask_data/same_subject", base=with_areas(("ask_data",))) == WEIGHTS.touched
    weights = dataclasses.replace(WEIGHTS, area=6.0)
    assert near("ask_data/same_subject", base=with_areas(("ask_data",)), weights=weights) == 6.0


def test_an_aspect_counts_within_an_area():
    assert near("ask_data/stranger", {"when": 1.0}, base=with_areas(("ask_data",))) == WEIGHTS.area + WEIGHTS.aspect


def test_what_is_asked_brings_the_entry_that_tells_it_nearer():
    assert near("ask_data/same_subject", {"when": 0.5}) == WEIGHTS.touched + 0.5 * WEIGHTS.aspect


def test_what_an_entry_tells_besides_counts_by_half():
    assert near("ask_data/same_subject", {"who_pays": 0.5}) == WEIGHTS.touched + 0.25 * WEIGHTS.aspect


def test_of_several_aspects_asked_the_best_told_counts():
    asked = {"when": 0.25, "who_pays": 1.0}
    assert near("ask_data/same_subject", asked) == WEIGHTS.touched + 0.5 * WEIGHTS.aspect


def test_what_is_asked_brings_no_stranger_nearer():
    assert near("ask_data/stranger", {"when": 1.0}) == 0.0


def test_the_last_entry_tells_its_own_aspects_too():
    assert near("ask_data/last", {"how_many": 1.0}) == WEIGHTS.same + WEIGHTS.aspect


def test_a_subject_named_brings_its_entries_nearer():
    assert near("ask_data/stranger", named=["fap"]) == WEIGHTS.named


def test_a_subject_named_brings_what_tells_the_like_nearest():
    assert near("ask_data/stranger_alike", named=["fap"]) == WEIGHTS.named + WEIGHTS.alike


def test_a_subject_named_and_an_aspect_asked_both_count():
    asked = {"when": 1.0}
    assert near("ask_data/stranger", asked, ["fap"]) == WEIGHTS.named + WEIGHTS.aspect


@pytest.mark.parametrize("id_", ["ask_data/last", "ask_data/same_subject", "ask_data/touched", "ask_data/related"])
def test_where_another_subject_is_named_the_last_one_counts_no_more(id_):
    assert near(id_, {"when": 1.0, "what": 1.0, "how_many": 1.0}, ["fap"]) == 0.0


def test_an_entry_that_only_touches_the_subject_named_is_not_meant():
    other = BASE.entries["ask_data/related"]
    assert near("ask_data/same_subject", named=["dtm"], last=other) == WEIGHTS.named + WEIGHTS.alike
    assert near("ask_data/touching", named=["dtm"], last=other) == 0.0


def test_naming_the_subject_of_the_last_answer_changes_nothing():
    assert near("ask_data/last", named=["dtm"]) == WEIGHTS.same
    assert near("ask_data/stranger", named=["dtm"]) == 0.0


def test_a_second_subject_of_the_last_answer_may_be_named():
    assert near("ask_data/touched", named=["gdi"]) == WEIGHTS.named


def test_the_last_entry_is_not_asked_for_again_in_the_same_message():
    assert near("ask_data/last", {"how_many": 1.0}, again=False) == 0.0
    assert near("ask_data/touched", again=False) == WEIGHTS.touched


def test_an_entry_without_subjects_ties_nothing_to_itself():
    bare = entry("referral/asylum", (), (), ("ask_data/stranger",), "referral")
    assert near("ask_data/stranger", last=bare) == WEIGHTS.related
    assert near("ask_data/same_subject", last=bare) == 0.0


def test_there_is_a_number_for_every_class():
    values = Context(BASE, CLASSES).boosts(LAST, {}, ())
    assert (values.shape, values.dtype) == ((len(CLASSES),), np.float32)


def test_a_message_is_read_below_the_one_before():
    assert joined("Was macht FAP?", "Wer zahlt?") == "Was macht FAP? Wer zahlt?"
    assert joined("", "Wer zahlt?") == "Wer zahlt?"


def test_of_a_long_message_before_the_end_is_read():
    assert joined("a" * 500 + "b" * MOST_CHARACTERS, "Wer?") == "b" * MOST_CHARACTERS + " Wer?"


@pytest.mark.parametrize(("ordinal", "subject"), [(1, "dtm"), (2, "gdi")])
def test_an_ordinal_means_a_subject_of_the_last_answer(ordinal, subject):
    assert by_ordinal(BASE, ["ask_data/last"], ordinal) == (subject,)


def test_an_ordinal_looks_further_back_for_an_answer_with_several_subjects():
    assert by_ordinal(BASE, ["ask_data/last", "ask_data/stranger"], 1) == ("dtm",)


def test_an_ordinal_means_the_latest_answer_with_several_subjects():
    assert by_ordinal(BASE, ["ask_data/last", "ask_data/touching"], 1) == ("fap",)


def test_an_answer_with_too_few_subjects_is_passed_over():
    three = entry("ask_data/three", ("iom", "fap", "gmdac"))
    base = KnowledgeBase({**BASE.entries, three.id: three}, {}, {}, {})
    assert by_ordinal(base, [three.id, "ask_data/last"], 3) == ("gmdac",)


@pytest.mark.parametrize("history", [[], ["ask_data/gone"], ["ask_data/stranger"], ["ask_data/last"]])
def test_an_ordinal_beyond_what_was_told_means_nothing(history):
    assert by_ordinal(BASE, history, 3) == ()


def test_aspects_asked_are_those_of_the_follow_up_classes():
    assert aspects_asked({"follow_up/how_many": 0.5, "follow_up/when": 0.25, "ask_data/dtm": 0.25}) == {
        "how_many": 0.5,
        "when": 0.25,
    }


def test_without_follow_up_classes_nothing_is_asked():
    assert aspects_asked({"ask_data/dtm": 1.0}) == {}
