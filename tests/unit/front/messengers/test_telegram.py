"""Telegram's updates and responses; what is sent is checked against its API description in tests/channels."""

from __future__ import annotations

import json

import pytest

from assistant.front.core.tokens import Keys
from assistant.front.messengers.base.connector import ForgedError, WebhookRequest
from assistant.front.messengers.base.layout import Bubble
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
    return of_bot(telegram, update, {})


def of_bot(telegram, update, query):
    body = json.dumps({"update_id": 5, **update}).encode()
    return telegram.read(WebhookRequest("POST", "https://x", {}, query, body))


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


@pytest.mark.parametrize("kind", ["photo", "voice", "location", "document", "video_note", "poll", "story", "checklist"])
def test_what_is_no_text_is_media(kind, telegram):
    assert [inbound.kind for inbound in read(telegram, message(**{kind: {}})).messages] == ["media"]


def test_what_is_written_under_a_picture_is_a_message_of_its_own(telegram):
    first, second = read(telegram, message(photo=[], caption="Wer?")).messages
    assert (first.kind, second.kind, second.text) == ("media", "text", "Wer?")
    assert first.id != second.id


def test_photos_that_are_sent_together_are_one(telegram):
    photos = [message(photo=[], media_group_id="8", message_id=number) for number in (3, 4)]
    first, second = (read(telegram, photo).messages[0] for photo in photos)
    assert first.id == second.id


@pytest.mark.parametrize(
    ("emoji", "kind"), [("👍", "text"), ("👎", "text"), ("👋", "text"), ("🦜", "sticker"), (None, "sticker")]
)
def test_a_sticker_says_what_its_emoji_says(emoji, kind, telegram):
    (inbound,) = read(telegram, message(sticker={"emoji": emoji} if emoji else {})).messages
    assert (inbound.kind, inbound.text) == (kind, emoji or "")


@pytest.mark.parametrize("kind", ["pinned_message", "write_access_allowed", "forum_topic_created", "users_shared"])
def test_what_telegram_itself_writes_is_passed_over(kind, telegram):
    assert read(telegram, message(**{kind: {}})).messages == ()


@pytest.mark.parametrize("content", [{"location": {"live_period": 60}}, {"photo": []}, {"poll": {}}])
def test_an_edit_without_text_is_none(content, telegram):
    assert read(telegram, {"edited_message": {**message(**content)["message"], "edit_date": 101}}).messages == ()


@pytest.mark.parametrize(
    ("content", "before"), [({"text": "x"}, "7:3"), ({"photo": [], "caption": "x"}, "7:3:caption")]
)
def test_an_edit_names_what_it_edits(content, before, telegram):
    (edit,) = read(telegram, {"edited_message": {**message(**content)["message"], "edit_date": 101}}).messages
    assert (edit.kind, edit.text, edit.edits) == ("edit", "x", before)


TOPIC = {"message_thread_id": 77, "is_topic_message": True}


@pytest.mark.parametrize(("told", "topic"), [(TOPIC, 77), ({"message_thread_id": 77}, None), ({}, None)])
def test_an_answer_and_typing_go_to_the_topic_of_the_message(told, topic, telegram):
    (inbound,) = read(telegram, message(text="Hallo", **told)).messages
    (typing,) = telegram.on_read(inbound)
    sent = telegram.call("7", Bubble("Gut", "de", answers=inbound.id), "key")
    assert [call.json.get("message_thread_id") for call in (typing, sent)] == [topic, topic]
    query = {"id": "9", "from": PERSON, "message": {"chat": CHAT, **told}, "data": "o2.1"}
    (pressed,) = read(telegram, {"callback_query": query}).messages
    assert telegram.call("7", Bubble("Gut", "de", answers=pressed.id), "key").json.get("message_thread_id") == topic


@pytest.mark.parametrize(
    ("answers", "quoted"), [("7:3", 3), ("7:3:caption@77", 3), ("callback:9", None), ("7:album:8", None), ("", None)]
)
def test_only_a_message_is_quoted(answers, quoted, telegram):
    body = telegram.call("7", Bubble("Gut", "de", answers=answers, quotes=True), "key").json
    assert body.get("reply_parameters", {}).get("message_id") == quoted


def test_an_update_of_another_bot_is_counted_and_not_read(telegram):
    readings = [of_bot(telegram, message(text="Hallo"), query) for query in ({"bot": "1"}, {"bot": "2"}, {})]
    assert [(len(reading.messages), reading.astray) for reading in readings] == [(1, 0), (0, 1), (1, 0)]


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
