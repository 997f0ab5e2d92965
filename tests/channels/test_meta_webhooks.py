"""What only Meta's messengers do, with the real front: webhook verification, and languages from profiles."""

from __future__ import annotations

import time
import uuid
from urllib.parse import urlencode

import httpx2
import pytest

from assistant.core.languages import DEFAULT
from assistant.knowledge import knowledge
from tests.fakes.messengers import WIRES, Person
from tests.fakes.vendors.meta import MetaWire
from tests.fakes.vendors.whatsapp import MEDIA, contact, update, value
from tests.support.wait import until

pytestmark = pytest.mark.slow

FOUNDED = "Wann wurde die IOM gegründet?"
OURS = {wire.name: wire for wire in WIRES if isinstance(wire, MetaWire)}


def confirmation(front, name, **changed):
    asked = {"hub.mode": "subscribe", "hub.verify_token": f"verify-{name}", "hub.challenge": "1158201444", **changed}
    return httpx2.get(f"{front.url}/webhooks/{name}?{urlencode(asked)}", timeout=30)


@pytest.mark.parametrize("name", OURS)
def test_the_address_is_confirmed_to_who_knows_the_word(name, front):
    response = confirmation(front, name, **{"hub.challenge": "<script>1</script>"})
    assert (response.status_code, response.text) == (200, "<script>1</script>")
    assert response.headers["content-type"].startswith("text/plain")
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", OURS)
def test_the_address_is_not_confirmed_to_others(name, front):
    for changed in ({"hub.verify_token": "guessed"}, {"hub.verify_token": ""}, {"hub.mode": "unsubscribe"}):
        response = confirmation(front, name, **changed)
        assert response.status_code == 403
        assert "1158201444" not in response.text


def test_the_word_agreed_on_is_in_no_log(front):
    for name in OURS:
        confirmation(front, name)
    assert not [wire for wire in OURS.values() if f"verify-{wire.name}" in front.logged()]


def test_who_begins_a_chat_is_greeted_in_the_language_of_their_profile(front, vendor):
    wire = OURS["facebook"]
    person = Person(wire, front, vendor, "en")
    person.message("")
    assert person.post(wire.start(person.name, at=time.time())).status_code == 200
    notice, start = person.hears(2)
    assert "A machine answers here" in notice.text
    assert start.text.startswith(knowledge().phrase("messenger_start", "en"))
    assert start.choices
    person.presses(start.choices[0][1])
    assert "https://" in person.hears(3)[-1].text


def test_the_button_to_begin_is_set_up_at_the_start(front, vendor):
    until(lambda: [call for _, call, _ in list(vendor.taken) if call.path.endswith("/me/messenger_profile")], 15)


def test_a_picture_with_a_question_under_it_gets_two_answers(front, vendor):
    wire = OURS["whatsapp"]
    person = Person(wire, front, vendor)
    picture = {**MEDIA["image"], "caption": FOUNDED}
    message = wire.message(person.name, "image", picture, id=uuid.uuid4().hex, at=time.time())
    post = wire.signed(update(value(contacts=[contact(person.name)], messages=[message])))
    assert person.post(post).status_code == 200
    *_, media, answer = person.hears(3)
    assert media.text == knowledge().phrase("messenger_media", DEFAULT)
    assert "1951" in answer.text


@pytest.mark.parametrize("name", OURS)
def test_reading_is_shown(name, front, vendor):
    person = Person(OURS[name], front, vendor)
    before = len(vendor.taken)
    person.asks(FOUNDED)
    bodies = [call.body for wire, call, told in vendor.taken[before:] if wire == name and not told]
    assert [body for body in bodies if body.get("status") == "read" or body.get("sender_action") == "typing_on"]
