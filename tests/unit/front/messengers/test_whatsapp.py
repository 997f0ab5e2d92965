"""WhatsApp: every kind of message that comes in, and how answers are laid out."""

from __future__ import annotations

import json
import logging

import httpx
import pytest
import pywa
from pywa import types

from assistant.front.messengers.base.inbound import InboundMessage, Receipt
from assistant.front.messengers.base.layout import Bubble
from assistant.front.messengers.base.outcomes import ApiResponse, Outcome
from assistant.knowledge import knowledge
from tests.fakes.vendors.meta import error
from tests.fakes.vendors.whatsapp import MEDIA, NUMBER, TOKEN, WhatsAppWire, contact, shown, update, value
from tests.unit.front.messengers.conftest import asking, incoming

PERSON, AT = "491700000001", 1760000000.0
WIRE = WhatsAppWire()
SHORT = ("Geschichte", "Büros", "Keine davon")
LONG = (
    "Wie vielen Menschen hat das Familienhilfeprogramm geholfen?",
    "Wie vielen Menschen hat das Programm in Syrien geholfen?",
    "Wer leitet die IOM?",
    "Keine davon",
)


def read(connector, kind, content, **more):
    """What the connector makes of one message."""
    message = {**WIRE.message(PERSON, kind, content, id="a", at=AT), **more}
    return connector.read(incoming(update(value(contacts=[contact(PERSON)], messages=[message])))).messages


def inbound(text="", **more):
    return InboundMessage("wamid.a", PERSON, text=text, sent_at=AT, **{"mark": "wamid.a", **more})


def test_a_text_is_read(whatsapp):
    assert read(whatsapp, "text", {"body": "Wer leitet die IOM? 🙂"}) == (inbound("Wer leitet die IOM? 🙂"),)


@pytest.mark.parametrize("kind", ["button_reply", "list_reply"])
def test_a_choice_of_ours_is_read(kind, whatsapp):
    picked = {"type": kind, kind: {"id": "o12.3", "title": "Was ist das …"}}
    assert read(whatsapp, "interactive", picked) == (inbound(option=(12, 3)),)


def test_a_button_of_a_template_is_a_choice_or_what_is_written_on_it(whatsapp):
    assert read(whatsapp, "button", {"payload": "o12.3", "text": "Ja"}) == (inbound(option=(12, 3)),)
    assert read(whatsapp, "button", {"payload": "STOP", "text": "Wer leitet die IOM?"}) == (
        inbound("Wer leitet die IOM?"),
    )


def test_a_choice_of_nobody_is_stale(whatsapp):
    assert read(whatsapp, "interactive", {"type": "nfm_reply", "nfm_reply": {"name": "flow"}}) == (
        inbound(kind="stale"),
    )


@pytest.mark.parametrize("kind", [*MEDIA, "voice", "order", "unsupported", "unknown", "hologram"])
def test_what_is_no_text_is_media(kind, whatsapp):
    assert read(whatsapp, kind, MEDIA.get(kind, {})) == (inbound(kind="media"),)


@pytest.mark.parametrize("kind", ["image", "video", "document"])
def test_what_is_written_under_a_picture_is_a_message_of_its_own(kind, whatsapp):
    under = InboundMessage("wamid.a:caption", PERSON, text="Wer ist das?", sent_at=AT)
    assert read(whatsapp, kind, {**MEDIA[kind], "caption": "Wer ist das?"}) == (inbound(kind="media"), under)


def test_an_edited_message_is_known_as_one_in_both_spellings(whatsapp):
    edit = {"original_message_id": "wamid.0", "message": {"type": "text", "text": {"body": "neu"}}}
    assert read(whatsapp, "edit", edit) == (inbound("neu", kind="edit", mark=None, edits="wamid.0"),)
    assert read(whatsapp, "unsupported", {"type": "edit"}) == (inbound(kind="edit", mark=None),)


def test_an_edited_caption_is_compared_with_the_caption(whatsapp):
    edit = {"original_message_id": "wamid.0", "message": {"type": "image", "image": {"caption": "neu"}}}
    assert read(whatsapp, "edit", edit) == (inbound("neu", kind="edit", mark=None, edits="wamid.0:caption"),)


def test_a_sticker_is_one(whatsapp):
    assert read(whatsapp, "sticker", {"id": "1", "animated": False}) == (inbound(kind="sticker"),)


def test_who_opens_the_chat_is_welcomed(whatsapp):
    assert read(whatsapp, "request_welcome", {}) == (inbound(kind="start", mark=None),)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("reaction", {"message_id": "wamid.0", "emoji": "👍"}),
        ("system", {"type": "user_changed_number", "body": "…"}),
        ("revoke", {"original_message_id": "wamid.0"}),
    ],
)
def test_what_people_do_without_words_is_passed_over(kind, content, whatsapp):
    assert read(whatsapp, kind, content) == ()


def test_groups_are_passed_over(whatsapp):
    assert read(whatsapp, "text", {"body": "x"}, group_id="G1") == ()


def test_messages_for_another_number_and_of_another_field_are_passed_over(whatsapp):
    message = WIRE.message(PERSON, "text", {"body": "x"}, id="a", at=AT)
    elsewhere = {**value(messages=[message]), "metadata": {"phone_number_id": "1"}}
    echoed = update(value(messages=[message]))
    echoed["entry"][0]["changes"][0]["field"] = "smb_message_echoes"
    assert (whatsapp.read(incoming(update(elsewhere))).messages, whatsapp.read(incoming(update(elsewhere))).astray) == (
        (),
        1,
    )
    assert (whatsapp.read(incoming(echoed)).messages, whatsapp.read(incoming(echoed)).astray) == ((), 0)
    assert len(whatsapp.read(incoming(update(elsewhere, value(messages=[message])))).messages) == 1


def test_a_person_without_a_number_is_answered_by_their_id(whatsapp):
    message = WIRE.message(PERSON, "text", {"body": "x"}, id="a", at=AT)
    del message["from"]
    message["from_user_id"] = "DE.123"
    (heard,) = whatsapp.read(incoming(update(value(messages=[message])))).messages
    assert heard.recipient == "DE.123"
    body = whatsapp.call("DE.123", asking(), "a.1.0").json
    assert ("to" in body, body["recipient"]) == (False, "DE.123")


@pytest.mark.parametrize("status", ["sent", "delivered", "read"])
def test_word_of_a_message_of_ours_is_a_receipt(status, whatsapp):
    assert whatsapp.read(incoming(WIRE.status(PERSON, "chat.4.0", status).content)).receipts == (Receipt("chat.4.0"),)


def test_word_of_a_message_that_is_none_of_ours_is_no_receipt(whatsapp):
    assert whatsapp.read(incoming(WIRE.status(PERSON, None).content)).receipts == ()


def test_a_failed_delivery_is_logged_by_its_code_alone(whatsapp, caplog):
    failed = {"code": 131026, "title": "Message undeliverable", "message": PERSON, "error_data": {"details": PERSON}}
    with caplog.at_level(logging.INFO):
        reading = whatsapp.read(incoming(WIRE.status(PERSON, "chat.4.0", "failed", errors=[failed]).content))
    assert reading.receipts == (Receipt("chat.4.0"),)
    assert "131026" in caplog.text
    assert PERSON not in caplog.text


def test_a_delivery_that_failed_for_the_moment_is_no_receipt(whatsapp):
    failed = WIRE.status(PERSON, "chat.4.0", "failed", errors=[{"code": 131000}])
    assert whatsapp.read(incoming(failed.content)).receipts == ()


def test_messages_and_receipts_of_one_request_are_all_read(whatsapp):
    messages = [WIRE.message(PERSON, "text", {"body": str(n)}, id=str(n), at=AT + n) for n in range(2)]
    status = {"id": "wamid.ours", "status": "read", "timestamp": "1", "biz_opaque_callback_data": "chat.4.0"}
    told = update(value(messages=messages), value(statuses=[status]), value(messages=messages[:1]))
    told["entry"] *= 2
    reading = whatsapp.read(incoming(told))
    assert len(reading.messages) == 6
    assert len(reading.receipts) == 2


def test_three_short_questions_are_buttons(whatsapp):
    (bubble,) = whatsapp.laid_out(asking(*SHORT))
    body = whatsapp.call(PERSON, bubble, "chat.4.0").json
    assert body["interactive"]["type"] == "button"
    assert shown(body) == ("Was möchten Sie wissen?", tuple((title, f"o7.{n}") for n, title in enumerate(SHORT)))


@pytest.mark.parametrize("titles", [LONG, (*SHORT, "Mehr"), ("x" * 21,), ("Ja", "Ja")])
def test_more_or_longer_questions_or_such_that_read_alike_are_a_list(titles, whatsapp):
    (bubble,) = whatsapp.laid_out(asking(*titles))
    body = whatsapp.call(PERSON, bubble, "chat.4.0").json
    assert body["interactive"]["type"] == "list"
    assert body["interactive"]["action"]["button"] == knowledge().phrase("messenger_choose", "de")
    text, choices = shown(body)
    assert text == "Was möchten Sie wissen?"
    assert [sent for _, sent in choices] == [f"o7.{n}" for n in range(len(titles))]
    assert [read.removeprefix(f"{n}. ") for n, (read, _) in enumerate(choices, start=1)] == list(titles)


def test_rows_begin_with_the_question_and_end_with_an_ellipsis(whatsapp):
    body = whatsapp.call(PERSON, asking(*LONG), "chat.4.0").json
    rows = body["interactive"]["action"]["sections"][0]["rows"]
    assert rows[0] == {"id": "o7.0", "title": "1. Wie vielen Menschen…", "description": LONG[0]}
    assert rows[2] == {"id": "o7.2", "title": "3. Wer leitet die IOM?"}


@pytest.mark.parametrize("titles", [("x" * 73, "y"), tuple(f"Frage {n}" for n in range(11))])
def test_what_no_list_shows_in_full_is_numbered(titles, whatsapp):
    (bubble,) = whatsapp.laid_out(asking(*titles))
    assert bubble.options == ()
    text, _ = shown(whatsapp.call(PERSON, bubble, "chat.4.0").json)
    assert all(f"{number}. {title}\n" in text for number, title in enumerate(titles, start=1))


def test_a_long_text_keeps_its_questions_at_the_last_message(whatsapp):
    told = whatsapp.laid_out(asking(*SHORT, text="Ein Satz mit Wörtern. " * 100))
    assert [bool(bubble.options) for bubble in told] == [False] * (len(told) - 1) + [True]
    for bubble in told:
        shown(whatsapp.call(PERSON, bubble, "chat.4.0").json)


def test_reading_shows_two_ticks_and_typing(whatsapp):
    (call,) = whatsapp.on_read(inbound("x"))
    assert call.url.endswith(f"/v23.0/{NUMBER}/messages")
    assert call.json["status"] == "read"
    assert call.json["typing_indicator"] == {"type": "text"}
    assert whatsapp.on_read(inbound("x", mark=None)) == ()


def test_a_number_that_is_not_there_is_for_the_operator(whatsapp, facebook):
    said = ApiResponse(400, {}, error(100, 33))
    assert whatsapp.interpret(said).outcome is Outcome.MISCONFIGURED
    assert facebook.interpret(said).outcome is Outcome.REFUSED


@pytest.fixture
def pywas():
    """What pywa would send: a client, and a list of the bodies it sends."""
    bodies = []

    def take(request):
        bodies.append(json.loads(request.content))
        contacts = [{"input": PERSON, "wa_id": PERSON}]
        return httpx.Response(200, json={"messages": [{"id": "wamid.a"}], "contacts": contacts, "success": True})

    session = httpx.Client(transport=httpx.MockTransport(take))
    return pywa.WhatsApp(NUMBER, TOKEN, session=session), bodies


def sent_by_us(connector, bubble):
    return connector.call(PERSON, bubble, "chat.4.0").json


def test_texts_buttons_lists_and_marks_are_what_pywa_sends(whatsapp, pywas):
    client, bodies = pywas
    client.send_message(PERSON, "Guten Tag", tracker="chat.4.0")
    assert bodies.pop() == sent_by_us(whatsapp, Bubble("Guten Tag", "de"))
    buttons = [types.Button(title, f"o7.{place}") for place, title in enumerate(SHORT)]
    client.send_message(PERSON, "Was?", buttons=buttons, tracker="chat.4.0")
    assert bodies.pop() == sent_by_us(whatsapp, asking(*SHORT, text="Was?"))
    rows = [types.SectionRow("1. Wie vielen Menschen…", "o7.0", LONG[0])]
    choose = types.SectionList("Auswählen", [types.Section("x", rows)])
    client.send_message(PERSON, "Was?", buttons=choose, tracker="chat.4.0")
    theirs = bodies.pop()
    # A single section needs no title.
    assert theirs["interactive"]["action"]["sections"][0].pop("title") == "x"
    assert theirs == sent_by_us(whatsapp, asking(LONG[0], text="Was?"))
    client.indicate_typing("wamid.a")
    assert bodies.pop() == whatsapp.on_read(inbound("x"))[0].json
    client.send_message("DE.123", "Guten Tag", tracker="chat.4.0")
    assert bodies.pop() == whatsapp.call("DE.123", Bubble("Guten Tag", "de"), "chat.4.0").json
