"""Corrections: what they demand of an answer, and the file that keeps them."""

from __future__ import annotations

import pytest

from assistant.core.paths import ROOT
from assistant.knowledge import KnowledgeError, knowledge
from assistant.staff import corrections
from assistant.staff.corrections import NOTHING, added, entry_findings, fault, outcome, read, shortest_before
from tests.unit.staff.conftest import FAP, HEADQUARTERS, correction, envelope_of

CLARIFY = {"decision": "clarify"}
CASE = """- language: de
  before:
  - Wer bezahlt das Familienhilfeprogramm?
  text: Wo ist der Hauptsitz der IOM?
  not: ask_organisation/budget_cuts
  want: ask_iom/headquarters
  by: Anna
  on: 2026-11-29
"""


@pytest.mark.parametrize(
    ("envelope", "answered"),
    [
        (envelope_of(FAP), (FAP,)),
        (envelope_of(decision="unsure"), ("nothing",)),
        (envelope_of(FAP, HEADQUARTERS, **CLARIFY), ("asked_back",)),
        (envelope_of("out_of_scope/illegal"), ("referral",)),
        (envelope_of("control/stop"), ("control",)),
        (envelope_of("smalltalk/greeting"), ("smalltalk/greeting",)),
    ],
)
def test_what_a_reply_answers_with(envelope, answered):
    assert outcome(envelope) == answered


@pytest.mark.parametrize(
    ("fields", "envelope", "right"),
    [
        ({"want": HEADQUARTERS}, envelope_of(HEADQUARTERS), True),
        ({"want": HEADQUARTERS}, envelope_of(FAP), False),
        ({"want": HEADQUARTERS}, envelope_of("ask_data/dtm"), False),
        ({"want": HEADQUARTERS}, envelope_of(decision="unsure"), False),
        ({"want": NOTHING}, envelope_of(decision="unsure"), True),
        ({"want": NOTHING}, envelope_of(FAP, HEADQUARTERS, **CLARIFY), True),
        ({"want": NOTHING, "wrong": ("asked_back",)}, envelope_of(FAP, HEADQUARTERS, **CLARIFY), False),
        ({"want": NOTHING}, envelope_of(HEADQUARTERS), False),
        ({}, envelope_of(HEADQUARTERS), True),
        ({}, envelope_of(FAP), False),
        ({"wrong": ("nothing",)}, envelope_of(decision="unsure"), False),
        ({"wrong": ("nothing",), "want": FAP}, envelope_of(FAP), True),
        ({"want": HEADQUARTERS, "language": "en"}, envelope_of(HEADQUARTERS), False),
    ],
)
def test_a_reply_is_right_or_faulty(fields, envelope, right):
    assert (fault(correction(**fields), envelope) is None) is right


def test_a_fault_names_what_is_wrong():
    assert fault(correction(want=HEADQUARTERS), envelope_of(FAP)) == f"it answers {FAP}, and {FAP} is the old mistake"
    assert fault(correction(want=HEADQUARTERS), envelope_of("ask_data/dtm")) == (
        f"it answers ask_data/dtm, not {HEADQUARTERS}"
    )


def test_a_case_is_read(tmp_path):
    file = tmp_path / "corrections.yml"
    file.write_text(CASE, "utf-8")
    (found,) = read(file)
    assert (found.wrong, found.want, found.on) == (("ask_organisation/budget_cuts",), HEADQUARTERS, "2026-11-29")
    assert (found.before, found.line) == (("Wer bezahlt das Familienhilfeprogramm?",), 1)


@pytest.mark.parametrize("content", ["", "[]\n", "# nothing yet\n[]\n"])
def test_no_case_is_no_mistake(tmp_path, content):
    file = tmp_path / "corrections.yml"
    assert read(file) == []
    file.write_text(content, "utf-8")
    assert read(file) == []


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("  text:", "  txt:", "text is missing"),
        ("  text:", "  txt:", "txt is not a field"),
        ("  by: Anna\n", "", "by is missing"),
        ("not: ask_organisation/budget_cuts", "not: []", "not does not fit"),
        ("not: ask_organisation/budget_cuts", "not: 7", "not does not fit"),
        ("before:\n  - Wer bezahlt das Familienhilfeprogramm?", "before: Wer?", "before does not fit"),
        ("text: Wo ist der Hauptsitz der IOM?", "text: ''", "text does not fit"),
        ("language: de", "language: xx", "does not speak xx"),
        ("on: 2026-11-29", "on: gestern", "gestern is not a day"),
        ("- language", "language", "must be a list"),
        ("- language: de", "- Hallo\n- language: de", "must be a list"),
        ("on: 2026", "on: [2026", "cannot be read"),
    ],
)
def test_a_case_of_another_form_is_refused(tmp_path, before, after, told):
    file = tmp_path / "corrections.yml"
    assert before in CASE
    text = CASE.replace(before, after)
    file.write_text(text.replace("\n  ", "\n") if after == "language" else text, "utf-8")
    with pytest.raises(KnowledgeError) as raised:
        read(file)
    assert told in str(raised.value)
    assert all(finding.file == "tests/corrections.yml" for finding in raised.value.findings)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"want": "ask_iom/headquaters"}, "no entry ask_iom/headquaters"),
        ({"wrong": ("ask_iom/gone", "nothing")}, "no entry ask_iom/gone"),
        ({"want": "asked_back"}, "no entry asked_back"),
        ({"want": FAP}, f"{FAP} is called wrong and wanted"),
    ],
)
def test_entries_that_do_not_exist_are_found(fields, told):
    (found,) = entry_findings([correction(**fields)], knowledge().entries)
    assert told in found.message


def test_a_correction_of_existing_entries_is_in_order():
    kept = [correction(want=HEADQUARTERS), correction(want=NOTHING), correction(wrong=("asked_back", "nothing"))]
    assert list(entry_findings(kept, knowledge().entries)) == []


@pytest.mark.parametrize("content", ["", "# What is wrong.\n[]\n", f"# What is wrong.\n{CASE}"])
@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"want": NOTHING, "before": ("Hallo", "no", '- 7: "x" #')},
        {"text": "كيف أعود؟ \u2068x\u2069 'y' \"z\"", "language": "ar", "wrong": (FAP, HEADQUARTERS)},
    ],
)
def test_a_case_added_is_read_as_it_was_and_leaves_the_rest(tmp_path, content, fields):
    file = tmp_path / "corrections.yml"
    file.write_text(content, "utf-8")
    earlier = read(file)
    new = correction(**fields)
    written = added(content, new)
    assert written.startswith(content.replace("[]\n", ""))
    file.write_text(written, "utf-8")
    *before, last = read(file)
    assert before == earlier
    assert last == corrections.replace(new, line=last.line)


def test_only_what_is_needed_of_the_dialogue_before_is_kept():
    before = ("a", "b", "c")
    assert shortest_before(before, lambda tail: "b" in tail) == ("b", "c")
    assert shortest_before(before, lambda tail: True) == ()
    assert shortest_before(before, lambda tail: False) == before
    assert shortest_before((), lambda tail: False) == ()


def test_the_project_s_own_file_is_in_order():
    assert corrections.FILE == ROOT / "tests" / "corrections.yml"
    assert list(entry_findings(read(), knowledge().entries)) == []
