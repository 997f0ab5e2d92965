"""Every correction of `tests/corrections.yml`, put to the running assistant."""

from __future__ import annotations

import uuid

import pytest

from assistant.staff.corrections import FILE, Correction, added, fault, read
from tests.support.replies import envelope

pytestmark = pytest.mark.slow
HEADQUARTERS = "ask_iom/headquarters"


def fault_now(correction, say):
    """What is wrong with the answer to a corrected message now, after those before it."""
    sender = uuid.uuid4().hex
    for text in correction.before:
        say(text, sender)
    return fault(correction, envelope(say(correction.text, sender)))


def test_what_was_wrong_is_right(say):
    faults = {f"{FILE.name}:{each.line}": fault_now(each, say) for each in read()}
    assert {place: found for place, found in faults.items() if found} == {}


@pytest.mark.parametrize(
    ("wrong", "want", "told"),
    [
        ("ask_organisation/budget_cuts", HEADQUARTERS, None),
        (HEADQUARTERS, "ask_organisation/budget_cuts", "the old mistake"),
        ("nothing", "ask_organisation/budget_cuts", "not ask_organisation/budget_cuts"),
        ("ask_organisation/budget_cuts", "nothing", "nothing is known"),
    ],
)
def test_a_case_fails_if_and_only_if_the_answer_is_not_right(wrong, want, told, say, tmp_path):
    before = ("Wer bezahlt das Familienhilfeprogramm?",)
    case = Correction("de", "Wo ist der Hauptsitz der IOM?", (wrong,), "Anna", "2026-11-29", want, before)
    file = tmp_path / FILE.name
    file.write_text(added("[]\n", case), "utf-8")
    (kept,) = read(file)
    found = fault_now(kept, say)
    assert (found is None) if told is None else (told in found)
