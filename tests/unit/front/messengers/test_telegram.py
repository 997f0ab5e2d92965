"""Telegram's updates and responses; what is sent is checked against its API description in tests/channels."""

from __future__ import annotations

import json

import pytest

from assistant.front.core.tokens import Keys
from assistant.front.messengers.base.connector import ForgedError, WebhookRequest
from assistant.front.messengers.base.outcomes import ApiResponse, Outcome
from assistant.front.messengers.registry import made
from assistant.front.messengers.telegram import SECRET_HEADER
from assistant.knowledge import knowledge
from tests.fakes.long_answers import connectors
from tests.fakes.vendors.wire import PUBLIC

CHAT = {"id": 7, "type": "private"}
PERSON = {"id": 7, "is_bot": False, "first_name": "A", "language_code": "uk"}
SETTINGS = {"telegram": {"token": "7:x", "base_url": "https://vendor.test"}}


@pytest.fixture
def telegram():
    return next(connector for connector in connectors() if connector.name == "telegram")


def read(telegram, update):
    body = json.dumps({"update_id": 5, **update}).encode()
    return telegram.read(WebhookRequest("POST", "https://x", {}, {}, body))


def message(**content):
    return {"message": {"message_id": 3, "date": 100, "chat": CHAT, "from": PERSON, **content}}


def test_a_text_is_read_with_language_and_time(telegram):
    (inbound,) = read(telegram, message(text="Hallo")).messages
    assert (inbound.id, inbound.recipient, inbound.text, inbound.kind) == ("7:3", "7", "Hallo", "text")
    assert inbound.language == "uk"
    assert 100 < inbound.sent_at < 101


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("/start", "start"),
        ("/start ref-12", "start"),
        ("/help", "start"),
        ("/delete@iom_bot", "delete"),
        ("/Language", "language"),
        ("/restart", "text"),
        ("/", "text"),
    ],
)
def test_commands(text, kind, telegram):
    (inbound,) = read(telegram, message(text=text)).messages
    assert inbound.kind == kind


@pytest.mark.parametrize("kind", ["photo", "voice", "sticker", "location", "document", "video_note", "poll", "dice"])
def test_what_is_no_text_is_media(kind, telegram):
    assert [inbound.kind for inbound in read(telegram, message(**{kind: {}})).messages] == ["media"]


def test_what_is_written_under_a_picture_is_a_message_of_its_own(telegram):
    first, second = read(telegram, message(photo=[], caption="Wer?")).messages
    assert (first.kind, second.kind, second.text) == ("media", "text", "Wer?")
    assert first.id != second.id


def test_each_edit_is_known_as_one(telegram):
    updates = [{"edited_message": {**message(text="x")["message"], "edit_date": date}} for date in (101, 102, 102)]
    ids = [read(telegram, update).messages[0].id for update in updates]
    assert (ids[0] != ids[1], ids[1] == ids[2]) == (True, True)


@pytest.mark.parametrize(
    "update",
    [
        {"message": {**message(text="x")["message"], "chat": {"id": -7, "type": "group"}}},
        {"channel_post": message(text="x")["message"]},
        {"my_chat_member": {}},
        {"inline_query": {}},
        {},
    ],
)
def test_groups_channels_and_the_like_are_passed_over(update, telegram):
    assert read(telegram, update).messages == ()


@pytest.mark.parametrize("data", ["/restart", "", None, "o1", "ask_history/founding"])
def test_a_button_that_is_none_of_ours_is_stale_and_its_waiting_ends(data, telegram):
    query = {"id": "9", "from": PERSON, "message": {"chat": CHAT}, "data": data}
    reading = read(telegram, {"callback_query": query})
    assert [inbound.kind for inbound in reading.messages] == ["stale"]
    assert b"answerCallbackQuery" in reading.response.body


@pytest.mark.parametrize("headers", [{}, {SECRET_HEADER: ""}, {SECRET_HEADER: "2"}, {SECRET_HEADER: "é"}])
def test_only_telegram_is_believed(headers, telegram):
    with pytest.raises(ForgedError):
        telegram.verify(WebhookRequest("POST", "https://x", headers, {}, b"{}"))


def test_after_a_new_secret_the_one_telegram_was_given_before_still_counts():
    before, after, later = Keys(b"x" * 32), Keys(b"y" * 32, b"x" * 32), Keys(b"y" * 32)
    old, both, new = (made(SETTINGS, knowledge(), PUBLIC, keys)["telegram"] for keys in (before, after, later))
    for sample in (old.sample(), new.sample()):
        both.verify(sample)
    with pytest.raises(ForgedError):
        new.verify(old.sample())
    (registered,) = [call.json["secret_token"] for call in both.set_up() if call.url.endswith("/setWebhook")]
    assert registered == new.sample().headers[SECRET_HEADER]


@pytest.mark.parametrize(
    ("status", "body", "outcome", "seconds"),
    [
        (200, {"ok": True}, Outcome.ACCEPTED, None),
        (429, {"parameters": {"retry_after": 7}}, Outcome.LATER, 7.0),
        (429, {}, Outcome.LATER, None),
        (400, {"description": "Bad Request: chat not found"}, Outcome.UNREACHABLE, None),
        (400, {"description": "Bad Request: BUTTON_DATA_INVALID"}, Outcome.REFUSED, None),
        (401, {"description": "Unauthorized"}, Outcome.MISCONFIGURED, None),
        (403, {"description": "Forbidden: bot was blocked by the user"}, Outcome.UNREACHABLE, None),
        (404, {"description": "Not Found"}, Outcome.MISCONFIGURED, None),
        (500, {}, Outcome.LATER, None),
        (502, {}, Outcome.LATER, None),
    ],
)
def test_the_result(status, body, outcome, seconds, telegram):
    result = telegram.interpret(ApiResponse(status, {}, body))
    assert (result.outcome, result.retry_seconds) == (outcome, seconds)
