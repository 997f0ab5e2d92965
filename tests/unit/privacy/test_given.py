"""What the assistant itself gives is public, however it is written; what only resembles it is not."""

from __future__ import annotations

import pytest

from assistant.knowledge import knowledge
from assistant.knowledge.render import cards
from assistant.privacy import found

CONTACTS = knowledge().contacts
LOCAL = str(CONTACTS["mutes"].phone)
ABROAD = str(CONTACTS["fap_amman"].phone)
EMAIL = str(CONTACTS["fap_amman"].email)
ADDRESS = str(CONTACTS["fap_amman"].address)


def digits(number):
    return "".join(char for char in number if char.isdigit())


@pytest.mark.parametrize("card", cards(knowledge(), CONTACTS, "de"), ids=list(CONTACTS))
def test_no_way_to_reach_a_contact_is_masked(card):
    ways = [f"{card[way]}" for way in ("phone", "email", "address", "url") if way in card]
    assert found(f"Sie erreichen uns so: {' oder '.join(ways)}.") == []


@pytest.mark.parametrize(
    "number",
    [
        digits(LOCAL),
        f"+49 {LOCAL.removeprefix('0')}",
        f"0049 (0) {LOCAL.removeprefix('0')}",
        f"({LOCAL[:3]}) {LOCAL[4:]}",
        f"+{digits(ABROAD)}",
        f"00{digits(ABROAD)}",
    ],
)
def test_its_grouping_and_prefix_do_not_matter(number):
    assert found(f"Ist {number} richtig?") == []


@pytest.mark.parametrize("number", [f"{LOCAL}0", f"{LOCAL[:-1]}", f"{ABROAD}5", f"{ABROAD[:-1]}1"])
def test_a_number_that_differs_by_a_digit_is_masked(number):
    assert [span.kind for span in found(f"Meine Nummer: {number}, danke")] == ["phone"]


@pytest.mark.parametrize("email", [f"x.{EMAIL}", f"{EMAIL}.example.org"])
def test_a_mailbox_that_contains_one_is_masked(email):
    assert [span.kind for span in found(f"Schreiben Sie an {email}")] == ["email"]


def test_a_mailbox_in_capitals_and_an_address_are_left():
    assert found(f"{EMAIL.upper()}, {ADDRESS}") == []
