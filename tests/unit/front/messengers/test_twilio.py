"""Twilio's connector: reading requests, laying out answers, classifying outcomes."""

from __future__ import annotations

import logging
from urllib.parse import parse_qsl, urlsplit

import pytest
from starlette.datastructures import ImmutableMultiDict
from twilio.request_validator import RequestValidator

from assistant.front.messengers.base import sms_segments
from assistant.front.messengers.base.connector import ForgedError, WebhookRequest
from assistant.front.messengers.base.inbound import InboundMessage, Receipt
from assistant.front.messengers.base.layout import Bubble, Option, split
from assistant.front.messengers.base.outcomes import ApiResponse, Outcome
from assistant.front.messengers.twilio import Twilio
from assistant.knowledge import knowledge
from tests.fakes.vendors.telegram import number_of
from tests.fakes.vendors.twilio import ACCOUNT, ADDRESS, AUTH_TOKEN, SmsWire, TwilioWhatsAppWire
from tests.fakes.vendors.wire import PUBLIC

sms, whatsapp = SmsWire(), TwilioWhatsAppWire()
PERSON = sms.person(1)
KEY = "0123456789abcdef.3.0"


def connector(public=PUBLIC, service=""):
    settings = {"account_sid": ACCOUNT, "auth_token": AUTH_TOKEN, "base_url": "https://api.twilio.com"}
    return Twilio({**settings, "api_version": "2010-04-01", "messaging_service_sid": service}, knowledge(), public)


@pytest.fixture
def twilio():
    return connector()


def incoming(post):
    headers = {name.lower(): value for name, value in post.headers.items()}
    return WebhookRequest("POST", ADDRESS + post.query, headers, dict(parse_qsl(post.query[1:])), post.content)


def received(twilio, post):
    return twilio.read(incoming(post)).messages


@pytest.mark.parametrize("wire", [sms, whatsapp])
def test_a_text_is_read_and_answered_with_nothing(wire, twilio):
    person = wire.person(1)
    reading = twilio.read(incoming(wire.text(person, "Hallo", id="a", at=0)))
    sid = "SM" + f"{number_of('a'):032x}"
    assert reading.messages == (InboundMessage(sid, f"{person}>{wire.ours}", text="Hallo"),)
    assert (reading.response.body, reading.response.media_type) == (b"<Response/>", "text/xml")


def test_two_numbers_of_ours_are_two_chats(twilio):
    (first,) = received(twilio, sms.message(PERSON, "a", Body="Hallo"))
    (second,) = received(twilio, sms.message(PERSON, "b", Body="Hallo", To="+4930111"))
    assert first.recipient != second.recipient
    assert twilio.call(second.recipient, Bubble("Gut", "de"), KEY).form["From"] == "+4930111"


@pytest.mark.parametrize(
    ("fields", "kinds"),
    [
        ({"NumMedia": "1", "MediaUrl0": "https://example.org/m"}, ["media"]),
        ({"NumMedia": "2", "Body": "Was ist das?"}, ["media", "text"]),
        ({"NumMedia": "1", "Body": " "}, ["media"]),
        ({"Latitude": "0.0", "Longitude": "13.4"}, ["media"]),
        ({"Body": ""}, ["text"]),
        ({"NumMedia": ""}, ["text"]),
        ({"Body": "Ja", "ButtonText": "Ja", "ButtonPayload": "yes"}, ["text"]),
    ],
)
def test_every_kind_is_told_apart(fields, kinds, twilio):
    found = received(twilio, whatsapp.message(PERSON, "a", **fields))
    assert [one.kind for one in found] == kinds
    assert len({one.id for one in found}) == len(found)
    assert found[-1].text == fields.get("Body", "").strip()


@pytest.mark.parametrize("field", ["ButtonPayload", "ListId"])
def test_a_button_of_ours_is_an_option(field, twilio):
    (inbound,) = received(twilio, whatsapp.message(PERSON, "a", Body="Wer?", **{field: "o3.1"}))
    assert inbound.option == (3, 1)


@pytest.mark.parametrize("field", ["ButtonText", "ListTitle"])
def test_a_button_of_somebody_else_is_what_stands_on_it(field, twilio):
    (inbound,) = received(twilio, whatsapp.message(PERSON, "a", **{field: "Wer?"}))
    assert (inbound.option, inbound.text) == (None, "Wer?")


@pytest.mark.parametrize("word", ["STOP", "START", "HELP"])
def test_what_twilio_answers_itself_is_passed_over(word, twilio):
    reading = twilio.read(incoming(sms.message(PERSON, "a", Body=word, OptOutType=word)))
    assert reading.messages == ()
    assert reading.response.body == b"<Response/>"


def test_a_request_without_a_message_cannot_be_read(twilio):
    with pytest.raises(LookupError):
        twilio.read(incoming(sms.signed({"AccountSid": ACCOUNT})))


def status(state, key=KEY, **more):
    query = f"?key={key}" if key else ""
    return incoming(sms.signed({"MessageSid": "SM1", "MessageStatus": state, "From": "1", **more}, query))


@pytest.mark.parametrize("state", ["queued", "sent", "delivered", "read"])
def test_word_of_a_message_is_a_receipt(state, twilio):
    twilio.verify(status(state))
    reading = twilio.read(status(state))
    assert (reading.messages, reading.receipts) == ((), (Receipt(KEY),))
    assert twilio.read(status(state, key="")).receipts == ()


def test_the_address_of_that_word_brings_the_key_back(twilio):
    address = twilio.call(f"{PERSON}>{sms.ours}", Bubble("Gut", "de"), KEY).form["StatusCallback"]
    assert dict(parse_qsl(urlsplit(address).query)) == {"key": KEY}


@pytest.mark.parametrize("state", ["failed", "undelivered"])
def test_a_message_that_was_not_delivered_is_logged_without_its_person(state, twilio, caplog):
    with caplog.at_level(logging.WARNING):
        reading = twilio.read(status(state, ErrorCode="30006", To=PERSON, ErrorMessage=f"{PERSON} is a landline"))
    assert (reading.messages, reading.receipts) == ((), ())
    assert "30006" in caplog.text
    assert PERSON not in caplog.text
    with caplog.at_level(logging.WARNING):
        twilio.read(status(state, ErrorCode=f"{PERSON}\n"))
    assert PERSON not in caplog.text


@pytest.mark.parametrize("wire", [sms, whatsapp])
def test_only_twilio_is_believed(wire, twilio):
    post = wire.text(wire.person(1), "Grüße & 1+1=2", id="a", at=0)
    twilio.verify(incoming(post))
    for _, forged in wire.forged(post):
        with pytest.raises(ForgedError):
            twilio.verify(incoming(forged))


def test_the_same_name_twice_is_signed_with_both_values(twilio):
    fields = ImmutableMultiDict([("Body", "b"), ("Body", "a"), ("MessageSid", "SM1")])
    signature = RequestValidator(AUTH_TOKEN).compute_signature(ADDRESS, fields)
    request = WebhookRequest("POST", ADDRESS, {"x-twilio-signature": signature}, {}, b"Body=b&Body=a&MessageSid=SM1")
    twilio.verify(request)


def test_more_fields_than_any_message_has_are_refused(twilio):
    fields = {f"Field{number}": "1" for number in range(501)}
    with pytest.raises(ForgedError):
        twilio.verify(incoming(sms.signed(fields)))
    fields.popitem()
    twilio.verify(incoming(sms.signed(fields)))


def test_the_sample_is_believed_and_holds_nothing(twilio):
    twilio.verify(twilio.sample())
    reading = twilio.read(twilio.sample())
    assert (reading.messages, reading.receipts) == ((), ())


def test_only_sms_are_encoded_anew(twilio):
    assert twilio.call(f"{PERSON}>{sms.ours}", Bubble("Gut", "de"), KEY).form["SmartEncoded"] == "true"
    call = twilio.call(f"whatsapp:{PERSON}>whatsapp:{sms.ours}", Bubble("Gut", "de"), KEY)
    assert "SmartEncoded" not in call.form
    assert (call.form["To"], call.form["From"]) == (f"whatsapp:{PERSON}", f"whatsapp:{sms.ours}")
    assert AUTH_TOKEN not in repr(call)


def test_without_a_public_address_there_are_no_receipts():
    twilio = connector(public="")
    assert not twilio.gives_receipts
    assert connector().gives_receipts
    assert "StatusCallback" not in twilio.call(f"{PERSON}>{sms.ours}", Bubble("Gut", "de"), KEY).form


def test_a_messaging_service_sends_from_the_number_that_was_written_to():
    form = connector(service="MG1").call(f"{PERSON}>{sms.ours}", Bubble("Gut", "de"), KEY).form
    assert (form["MessagingServiceSid"], form["From"]) == ("MG1", sms.ours)


def test_options_are_numbers_in_the_text(twilio):
    (bubble,) = twilio.laid_out(Bubble("Gut", "de", (Option("Wer?", "o3.0"), Option("Was?", "o3.1"))))
    assert bubble.options == ()
    assert bubble.text == f"Gut\n1. Wer?\n2. Was?\n{knowledge().phrase('choose_number', 'de')}"


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Grüße", 5),
        ("20 €", 5),
        ("[a]", 5),
        ("„Gut“ – ‚ja‘", 12),
        ("und so weiter…", 16),
        ("4\u00a0%", 4),
    ],
)
def test_places_of_the_small_alphabet(text, places):
    assert sms_segments.sms_length(text) == places


@pytest.mark.parametrize("text", ["🙂", "Ж", "ç", "ا"])
def test_one_character_that_it_lacks_makes_all_larger(text):
    assert sms_segments.sms_length(text + "a" * 600) > 1300
    assert sms_segments.sms_length("a" * 600) == 600


@pytest.mark.parametrize("filling", ["a", "ä ", "€", "🙂", "Ж"])
def test_no_message_is_longer_than_ten_segments(filling, twilio):
    for piece in split(filling * 4000, twilio.max_length, twilio.measure):
        assert segments_of(piece) <= 10
        assert len(piece) <= 1600


def segments_of(text):
    """Counts segments one by one; a character that takes two places is never split between segments."""
    small = all(character in sms_segments.BASIC | sms_segments.EXTENDED for character in text)
    sizes = [1 + (character in sms_segments.EXTENDED if small else ord(character) > 0xFFFF) for character in text]
    count, room = 1, 153 if small else 67
    for size in sizes:
        if size > room:
            count, room = count + 1, 153 if small else 67
        room -= size
    return count


@pytest.mark.parametrize(
    ("status", "code", "outcome", "whole"),
    [
        (201, None, Outcome.ACCEPTED, False),
        (429, 20429, Outcome.LATER, True),
        (429, None, Outcome.LATER, True),
        (400, 63038, Outcome.LATER, True),
        (400, 14107, Outcome.LATER, False),
        (500, None, Outcome.LATER, False),
        (503, 20503, Outcome.LATER, False),
        (401, 20003, Outcome.MISCONFIGURED, False),
        (404, 20404, Outcome.MISCONFIGURED, False),
        (400, 21606, Outcome.MISCONFIGURED, False),
        (400, 21211, Outcome.UNREACHABLE, False),
        (400, 21214, Outcome.UNREACHABLE, False),
        (403, 21408, Outcome.UNREACHABLE, False),
        (400, 21610, Outcome.UNREACHABLE, False),
        (400, 21612, Outcome.UNREACHABLE, False),
        (400, 21614, Outcome.UNREACHABLE, False),
        (400, 63003, Outcome.UNREACHABLE, False),
        (400, 63016, Outcome.UNREACHABLE, False),
        (400, 63024, Outcome.UNREACHABLE, False),
        (400, 21617, Outcome.REFUSED, False),
        (400, None, Outcome.REFUSED, False),
    ],
)
def test_the_result(status, code, outcome, whole, twilio):
    body = {"code": code, "message": f"The number {PERSON} is none", "status": status} if code else {}
    result = twilio.interpret(ApiResponse(status, {"retry-after": "7"}, body))
    assert (result.outcome, result.affects_all_chats) == (outcome, whole)
    assert result.reason == (f"error {code}" if code and status >= 300 else "")
    if status == 429:
        assert result.retry_seconds == 7
