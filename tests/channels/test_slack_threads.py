"""Slack beyond private chats: mentions in channels, commands, and edit events that change nothing."""

from __future__ import annotations

import json
import time
import uuid

import pytest

from assistant.knowledge import knowledge
from tests.channels.test_dialogues import FOUNDED, PAYER, PROGRAMME
from tests.fakes.messengers import WIRES, Person
from tests.fakes.vendors.slack import FORM, SlackWire, home, stamp_of

pytestmark = pytest.mark.slow

CHANNEL = "C0GENERAL"


@pytest.fixture
def wire():
    return next(wire for wire in WIRES if isinstance(wire, SlackWire))


class Member(Person):
    """A channel member, who sees what is posted to the thread of a message."""

    def __init__(self, wire, front, vendor, thread):
        super().__init__(wire, front, vendor)
        self.user, self.thread = self.name, thread
        self.name = f"{CHANNEL}/{thread}"

    def message(self, text, id=None, at=None):  # noqa: A002
        id_, at = id or uuid.uuid4().hex, at or time.time()
        marked = f"<@U0THEBOT> {text}"
        return self.wire.mention(self.user, marked, CHANNEL, id=id_, at=at, thread_ts=self.thread)


@pytest.fixture
def thread():
    return stamp_of(uuid.uuid4().hex, time.time())


def test_a_mention_is_answered_in_its_thread(wire, front, vendor, thread):
    member = Member(wire, front, vendor, thread)
    assert "Auswärtige" in (member.asks(PROGRAMME["de"]), member.asks(PAYER["de"]))[1].text


def test_two_people_in_one_thread_are_two_conversations(wire, front, vendor, thread):
    first, second = Member(wire, front, vendor, thread), Member(wire, front, vendor, thread)
    first.asks(PROGRAMME["de"])
    second.writes(PAYER["de"])
    # Both see everything: the second person's notice, and an answer that ignores what the first one asked.
    told = second.hears(4)
    assert "Auswärtige" not in told[-1].text
    assert sum("Maschine" in one.text for one in told) == 2


def test_the_buttons_of_a_thread_are_for_who_asked(wire, front, vendor, thread):
    member = Member(wire, front, vendor, thread)
    told = member.asks(PROGRAMME["de"])
    other = wire.person(999)
    for user in (other, member.user):
        action = {"value": told.choices[0][1], "block_id": f"options.{member.user}", "action_ts": f"{time.time():.6f}"}
        payload = {"type": "block_actions", "user": {"id": user}, "channel": {"id": CHANNEL}, "actions": [action]}
        payload["message"] = {"ts": "1.000001", "thread_ts": thread}
        wire._languages[user] = "de"
        assert member.post(wire.signed("payload=" + json.dumps(payload), time.time(), FORM)).status_code == 200
        time.sleep(1)
    notice, stale, answer = member.hears(5)[2:]
    assert "Maschine" in notice.text
    assert stale.text == knowledge().phrase("messenger_stale", "de")
    assert answer.text != stale.text


def test_a_mention_that_also_comes_as_a_message_is_answered_once(wire, front, vendor):
    person = Person(wire, front, vendor)
    same = {"id": uuid.uuid4().hex, "at": time.time()}
    assert person.post(wire.mention(person.name, FOUNDED["de"], home(person.name), **same)).status_code == 200
    assert person.post(wire.text(person.name, FOUNDED["de"], **same)).status_code == 200
    assert "1951" in person.hears(2)[-1].text


def test_the_command_deletes_in_private_and_explains_in_a_channel(wire, front, vendor):
    person = Person(wire, front, vendor)
    person.asks(FOUNDED["de"])
    elsewhere = person.post(wire.command(person.name, CHANNEL, id=uuid.uuid4().hex, at=time.time()))
    assert knowledge().phrase("messenger_slack_command", "de") in elsewhere.json()["text"]
    response = person.post(wire.command(person.name, home(person.name), id=uuid.uuid4().hex, at=time.time()))
    assert (response.status_code, response.content) == (200, b"")
    assert person.hears(3)[-1].text == knowledge().phrase("messenger_erased", "de")


def test_the_address_is_confirmed(wire, front, vendor):
    person = Person(wire, front, vendor)
    post = wire.signed(json.dumps({"type": "url_verification", "challenge": "abc"}), time.time())
    assert person.post(post).json() == {"challenge": "abc"}
