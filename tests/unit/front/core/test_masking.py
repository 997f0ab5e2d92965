"""What visitors write is masked on every channel, before it is stored and before Rasa sees it."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from assistant.front.app import application
from assistant.front.core import masking
from assistant.front.core.masking import MAX_INLINE_CHARACTERS, without_personal_data
from assistant.front.messengers.base.inbound import InboundMessage
from assistant.front.messengers.registry import configured
from assistant.front.web.messenger_webhook import masked
from tests.fakes.front import HERE
from tests.fakes.vendors.telegram import TelegramWire
from tests.support.wait import until, until_async
from tests.unit.front.rasa_channels.test_socketio import webchat

NAME, NUMBER, MAIL = "Samira Haidari", "0176 12345678", "samira@example.org"
TEXT = f"Ich heiße {NAME}, meine Nummer ist {NUMBER}. Wer bezahlt das FAP?"
MASKED = "Ich heiße [Name], meine Nummer ist [Telefonnummer]. Wer bezahlt das FAP?"


def left_in(content):
    return [secret for secret in (NAME, "Haidari", NUMBER, "12345678", MAIL) if secret.encode() in content]


def test_a_message_of_the_web_chat_is_kept_exported_and_asked_masked(visitor, rasa, kept_bytes):
    visitor.answer_to(TEXT)
    assert rasa.texts == [MASKED]
    assert visitor.events()[0]["text"] == MASKED
    exported = visitor.client.get("/api/chat", headers=visitor.headers)
    assert exported.json()["events"][0]["text"] == MASKED
    assert not left_in(exported.content + kept_bytes())
    assert b"[Telefonnummer]" in kept_bytes()


def test_what_one_message_announces_is_masked_in_the_next(visitor, rasa, kept_bytes):
    for text in ("Mein Name ist", "Kwaku Boateng", "Geburtsdatum:", "12.03.1985", "mein Aktenzeichen", "7654321 475"):
        visitor.answer_to(text)
    expected = ["Mein Name ist", "[Name]", "Geburtsdatum:", "[Geburtsdatum]", "mein Aktenzeichen", "[Nummer]"]
    assert rasa.texts == expected
    assert b"Boateng" not in kept_bytes()


async def test_what_was_announced_counts_once_for_one_chat_and_for_ten_minutes(monkeypatch):
    await without_personal_data("Mein Name ist", "de", chat="a")
    assert await without_personal_data("kwaxo boatang", "de", chat="b") == "kwaxo boatang"
    assert await without_personal_data("kwaxo boatang", "de", chat="a") == "[Name]"
    assert await without_personal_data("kwaxo boatang", "de", chat="a") == "kwaxo boatang"
    await without_personal_data("Mein Name ist", "de", chat="a")
    later = time.monotonic() + masking.MAX_ANNOUNCED_SECONDS + 1
    monkeypatch.setattr(masking.time, "monotonic", lambda: later)
    assert await without_personal_data("kwaxo boatang", "de", chat="a") == "kwaxo boatang"


async def test_only_announcing_words_are_kept_of_a_bounded_number_of_chats(monkeypatch):
    monkeypatch.setattr(masking, "MAX_ANNOUNCING_CHATS", 2)
    masking._announced.clear()
    for chat in "abc":
        await without_personal_data("Ich komme aus Kumasi und mein Name ist", "de", chat=chat)
    await without_personal_data("Was kostet die Reise?", "de", chat="d")
    assert {chat: words for chat, (_, words) in masking._announced.items()} == dict.fromkeys("bc", "mein Name ist")


@pytest.mark.parametrize(
    ("page", "choice", "placeholder"),
    [("de", None, "[Name]"), ("en", None, "[name]"), ("de", "en", "[name]"), (None, None, "[name]")],
)
def test_placeholders_are_in_the_language_chosen_else_of_the_page(page, choice, placeholder, visitor, rasa):
    visitor.answer_to(f"My name is {NAME}", language=page, choice=choice)
    assert rasa.texts == [f"My name is {placeholder}"]


def test_the_reason_beside_a_thumb_is_masked_in_the_language_of_the_chat(client, visitor, rasa, kept_bytes):
    told = visitor.answer_to("Hallo")
    body = {"sequence": told["sequence"], "helpful": False, "reason": f"Schreiben Sie an {MAIL}"}
    assert client.post("/api/chat/feedback", json=body, headers=visitor.headers).status_code == 204
    exported = client.get("/api/chat", headers=visitor.headers).json()
    assert exported["feedback"][0]["reason"] == "Schreiben Sie an [E-Mail]"
    assert not left_in(kept_bytes())


def test_rest_hands_rasa_a_masked_text(client, rasa):
    body = {"sender": "me", "message": TEXT, "metadata": {"language": "de"}}
    assert client.post("/webhooks/rest/webhook", json=body).status_code == 200
    assert rasa.texts == [MASKED]


async def test_socketio_keeps_and_asks_masked(address, rasa, kept_bytes):
    async with webchat(address) as page:
        message = {"message": TEXT, "session_id": await page.session(), "customData": {"language": "de"}}
        await page.emit("user_uttered", message)
        await until_async(lambda: rasa.texts)
    assert rasa.texts == [MASKED]
    assert not left_in(kept_bytes())


def test_a_messenger_keeps_and_asks_masked(settings, rasa, kept_bytes):
    wire = TelegramWire()
    on = replace(settings, secret=b"test" * 10, messengers=configured(wire.environment("http://127.0.0.1:9")))
    with TestClient(application(on, rasa), HERE) as client:
        post = wire.text("7", TEXT, id="a", at=time.time())
        assert client.post("/webhooks/telegram", content=post.content, headers=post.headers).status_code == 200
        until(lambda: rasa.texts)
        assert rasa.texts == [MASKED]
        assert not left_in(kept_bytes())


async def test_a_choice_that_was_offered_is_not_masked():
    offered = InboundMessage("a", "7", text=TEXT, option=(3, 0))
    assert await masked(offered) is offered
    assert (await masked(replace(offered, option=None, language="en"))).text != TEXT


async def test_a_long_text_is_masked_without_holding_up_others(monkeypatch):
    threads = []

    async def in_thread(work, *arguments):
        threads.append(arguments)
        return work(*arguments)

    monkeypatch.setattr(masking, "run_sync", in_thread)
    await without_personal_data(TEXT[:MAX_INLINE_CHARACTERS])
    assert threads == []
    assert "[name]" in await without_personal_data(TEXT + " Hallo" * MAX_INLINE_CHARACTERS)
    assert len(threads) == 1


def test_the_words_are_read_when_the_front_starts(settings, rasa, monkeypatch):
    looked = []
    monkeypatch.setattr(masking, "masked", lambda text, _: looked.append(text))
    with TestClient(application(settings, rasa), HERE):
        until(lambda: looked)


@pytest.fixture
def kept_bytes(tmp_path):
    """All bytes of the front's database."""
    return lambda: b"".join(path.read_bytes() for path in tmp_path.glob("front.db*"))
