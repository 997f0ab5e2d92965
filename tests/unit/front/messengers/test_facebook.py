"""Facebook Messenger: every kind of event that comes in, and how answers are laid out."""

from __future__ import annotations

import pytest

from assistant.front.messengers.base.inbound import InboundMessage, Receipt
from assistant.front.messengers.base.outcomes import ApiResponse
from assistant.front.messengers.facebook import Facebook
from assistant.knowledge import knowledge
from tests.fakes.vendors.facebook import MEDIA, PAGE, FacebookWire, event, update
from tests.fakes.vendors.wire import Told
from tests.unit.front.messengers.conftest import PUBLIC, asking, incoming

PERSON, AT = "7000000000000001", 1760000000.123
WIRE = FacebookWire()


class Call:
    """A call in the form that the fake expects."""

    def __init__(self, call):
        self.method, self.body = call.method, dict(call.json or {})
        self.path = call.url.removeprefix("https://vendor.test").partition("?")[0]


def read(connector, **content):
    """What the connector makes of one event."""
    return connector.read(incoming(update([event(PERSON, AT, **content)])))


def heard(connector, **message):
    return read(connector, message={"mid": "m_a", **message}).messages


def inbound(text="", id="m_a", **more):  # noqa: A002
    return InboundMessage(id, PERSON, text=text, sent_at=AT, **more)


def told(connector, bubble):
    return WIRE.told(Call(connector.call(PERSON, bubble, "chat.4.0")))


def test_a_text_is_read(facebook):
    assert heard(facebook, text="Wer leitet die IOM? 🙂") == (inbound("Wer leitet die IOM? 🙂"),)


def test_a_choice_of_ours_is_read_and_others_are_what_is_written_on_them(facebook):
    assert heard(facebook, text="1", quick_reply={"payload": "o12.3"}) == (inbound(option=(12, 3)),)
    assert heard(facebook, text="Wer?", quick_reply={"payload": "OTHER"}) == (inbound("Wer?"),)


@pytest.mark.parametrize("kind", MEDIA)
def test_what_is_no_text_is_media(kind, facebook):
    assert heard(facebook, **MEDIA[kind]) == (inbound(kind="media"),)


def test_what_is_written_beside_a_picture_is_a_message_of_its_own(facebook):
    beside = inbound("Wer ist das?", id="m_a:caption")
    assert heard(facebook, **MEDIA["image"], text="Wer ist das?") == (inbound(kind="media"), beside)


def test_a_link_that_facebook_shows_as_a_card_is_a_text(facebook):
    card = {"type": "fallback", "payload": {"url": "https://germany.iom.int", "title": "IOM"}}
    expected = (inbound("Was steht auf https://germany.iom.int?"),)
    assert heard(facebook, text="Was steht auf https://germany.iom.int?", attachments=[card]) == expected
    assert heard(facebook, attachments=[card]) == (inbound(kind="media"),)


def test_a_chat_that_is_begun_with_the_button_is_a_start(facebook):
    reading = facebook.read(incoming(WIRE.start(PERSON, at=AT).content))
    assert [one.kind for one in reading.messages] == ["start"]
    again = facebook.read(incoming(WIRE.start(PERSON, at=AT + 1).content))
    assert reading.messages[0].id != again.messages[0].id


def test_other_buttons_are_choices_or_what_is_written_on_them(facebook):
    def pressed(**postback):
        return read(facebook, postback={"mid": "m_a", **postback}).messages

    assert pressed(payload="o12.3", title="Ja") == (inbound(option=(12, 3)),)
    assert pressed(payload="MENU", title="Wer leitet die IOM?") == (inbound("Wer leitet die IOM?"),)
    assert pressed(payload="MENU") == (inbound(kind="stale"),)


def test_each_edit_is_known_as_one(facebook):
    edits = [read(facebook, message_edit={"mid": "m_a", "text": "neu", "num_edit": n}).messages for n in (1, 2)]
    assert edits == [(inbound("neu", id=f"m_a:edit:{n}", kind="edit", edits="m_a"),) for n in (1, 2)]


def test_word_of_a_message_of_ours_is_a_receipt_and_of_others_is_nothing(facebook):
    ours = facebook.read(incoming(WIRE.echo(PERSON, "chat.4.0").content))
    assert (ours.messages, ours.receipts) == ((), (Receipt("chat.4.0"),))
    by_a_person = read(facebook, message={"mid": "m_b", "is_echo": True, "text": "Hier schreibt ein Mensch."})
    assert (by_a_person.messages, by_a_person.receipts) == ((), ())


@pytest.mark.parametrize(
    "content",
    [
        {"reaction": {"reaction": "love", "action": "react", "mid": "m_0"}},
        {"read": {"watermark": 1}},
        {"delivery": {"mids": ["m_0"], "watermark": 1}},
        {"optin": {"ref": "x"}},
        {"referral": {"source": "SHORTLINK"}},
        {"pass_thread_control": {"new_owner_app_id": "1"}},
    ],
)
def test_what_is_no_message_is_passed_over(content, facebook):
    assert read(facebook, **content).messages == ()


def test_what_is_for_the_people_who_have_the_chat_is_passed_over(facebook):
    standby = {"id": PAGE, "time": 1, "standby": [event(PERSON, AT, message={"mid": "m_a", "text": "x"})]}
    assert facebook.read(incoming({"object": "page", "entry": [standby]})).messages == ()


def test_short_questions_stand_on_the_buttons(facebook):
    titles = ("Geschichte", "Büros", "Keine davon")
    (bubble,) = facebook.laid_out(asking(*titles))
    choices = tuple((title, f"o7.{place}") for place, title in enumerate(titles))
    assert told(facebook, bubble) == Told(PERSON, "Was möchten Sie wissen?", choices)


def test_longer_questions_stand_in_the_text_and_their_numbers_on_the_buttons(facebook):
    titles = ("Wie vielen Menschen hat das Familienhilfeprogramm geholfen?", "Keine davon")
    (bubble,) = facebook.laid_out(asking(*titles))
    text = f"Was möchten Sie wissen?\n1. {titles[0]}\n2. {titles[1]}"
    assert told(facebook, bubble) == Told(PERSON, text, (("1", "o7.0"), ("2", "o7.1")))


@pytest.mark.parametrize(("titles", "text"), [([f"Frage {n}" for n in range(14)], "Was?"), (["x" * 90], "x" * 1950)])
def test_too_many_or_too_long_questions_are_numbered(titles, text, facebook):
    bubbles = facebook.laid_out(asking(*titles, text=text))
    assert all(bubble.options == () for bubble in bubbles)
    whole = "\n".join(told(facebook, bubble).text for bubble in bubbles)
    assert f"{len(titles)}. {titles[-1]}" in whole


def test_thirteen_are_not_too_many(facebook):
    (bubble,) = facebook.laid_out(asking(*[f"Frage {n}" for n in range(13)]))
    assert len(told(facebook, bubble).choices) == 13


def test_messages_are_responses_and_bear_their_key(facebook):
    body = facebook.call(PERSON, asking(), "chat.4.0").json
    assert (body["messaging_type"], body["message"]["metadata"]) == ("RESPONSE", "chat.4.0")


def test_reading_shows_that_a_message_was_seen_and_that_somebody_types(facebook):
    calls = facebook.on_read(inbound("x"))
    assert [call.json for call in calls] == [
        {"recipient": {"id": PERSON}, "sender_action": action} for action in ("mark_seen", "typing_on")
    ]


def test_the_language_is_asked_of_the_profile(facebook):
    call = facebook.language_call("7/../x")
    assert (call.method, call.url) == ("GET", "https://vendor.test/v23.0/7%2F..%2Fx?fields=locale")
    assert facebook.language_in(ApiResponse(200, {}, {"locale": "de_DE", "id": PERSON})) == "de_DE"
    assert facebook.language_in(ApiResponse(400, {}, {"error": {"code": 100}})) is None


def test_the_button_with_which_a_chat_begins_is_set_up(facebook):
    (call,) = facebook.set_up()
    assert call.url == "https://vendor.test/v23.0/me/messenger_profile"
    assert call.json == {"get_started": {"payload": "start"}}


def stickers(*numbers):
    return [{"type": "image", "payload": {"url": "https://example.org/a", "sticker_id": number}} for number in numbers]


@pytest.mark.parametrize("number", [369239263222822, 369239343222814, 369239383222810])
def test_facebooks_thumb_is_read_as_one(number, facebook):
    assert heard(facebook, attachments=stickers(number)) == (inbound("👍"),)


def test_other_stickers_are_stickers_and_a_picture_beside_one_is_a_picture(facebook):
    assert heard(facebook, attachments=stickers(36)) == (inbound(kind="sticker"),)
    assert heard(facebook, attachments=[*stickers(36), *MEDIA["image"]["attachments"]]) == (inbound(kind="media"),)


def test_what_is_written_to_another_page_is_counted_and_not_read():
    settings = {"page_token": "x", "app_secret": "x", "verify_token": "x", **Facebook.options, "page_id": PAGE}
    told = update([event(PERSON, AT, message={"mid": "m_a", "text": "x"})])
    told["entry"].append({**told["entry"][0], "id": "9"})
    reading = Facebook(settings, knowledge(), PUBLIC).read(incoming(told))
    assert (len(reading.messages), reading.astray) == (1, 1)
