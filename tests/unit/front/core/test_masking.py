"""What visitors write is masked on every channel, before it is stored and before Rasa sees it."""

from __future__ import annotations

import threading
import time
import uuid
from dataclasses import replace

import pytest
import yaml
from starlette.testclient import TestClient

from assistant.core.paths import ROOT
from assistant.front.answering.intake import masked
from assistant.front.app import application
from assistant.front.core import masking
from assistant.front.core.masking import MAX_INLINE_CHARACTERS, without_personal_data
from assistant.front.core.parsing import MAX_READ_CHARACTERS
from assistant.front.messengers.base.inbound import InboundMessage
from assistant.front.messengers.base.message_store import MessageStore
from assistant.front.messengers.registry import configured
from assistant.front.store.chats import Store
from assistant.front.store.faults import BusyError
from assistant.privacy import masked as masked_text
from assistant.privacy.masking import BEYOND_CUT
from tests.fakes.front import HERE
from tests.fakes.vendors.telegram import TelegramWire
from tests.support.readable import bytes_of
from tests.support.wait import until, until_async
from tests.unit.front.rasa_channels.test_socketio import webchat

NAME, NUMBER, MAIL = "Samira Haidari", "0176 12345678", "samira@example.org"
TEXT = f"Ich heiße {NAME}, meine Nummer ist {NUMBER}. Wer bezahlt das FAP?"
MASKED = "Ich heiße [Name], meine Nummer ist [Telefonnummer]. Wer bezahlt das FAP?"


def busy(*_):
    raise BusyError


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


def test_a_name_that_could_not_be_stored_at_first_is_masked_at_the_next_try(visitor, rasa, kept_bytes, monkeypatch):
    visitor.answer_to("Mein Name ist")
    body = {"id": str(uuid.uuid4()), "text": "kwaxo boatang", "language": "de"}
    with monkeypatch.context() as patch:
        patch.setattr(Store, "accept", busy)
        assert visitor.client.post("/api/chat/messages", json=body, headers=visitor.headers).status_code == 503
    assert visitor.client.post("/api/chat/messages", json=body, headers=visitor.headers).status_code == 202
    until(lambda: len(rasa.texts) == 2)
    assert rasa.texts[1] == "[Name]"
    assert b"boatang" not in kept_bytes()


def test_a_name_from_a_messenger_is_masked_at_the_next_try_too(settings, rasa, kept_bytes, monkeypatch):
    wire, failed = TelegramWire(), []
    on = replace(settings, secret=b"test" * 10, messengers=configured(wire.environment("http://127.0.0.1:9")))
    receive = MessageStore.receive

    def failing_once(self, channel, inbound, *more):
        if inbound.text != "Mein Name ist" and not failed:
            failed.append(inbound)
            raise BusyError
        return receive(self, channel, inbound, *more)

    monkeypatch.setattr(MessageStore, "receive", failing_once)
    with TestClient(application(on, rasa), HERE) as client:
        for id_, text in (("a", "Mein Name ist"), ("b", "kwaxo boatang")):
            post = wire.text("7", text, id=id_, at=time.time())
            assert client.post("/webhooks/telegram", content=post.content, headers=post.headers).status_code == 200
        until(lambda: len(rasa.texts) == 2)
        assert failed
        assert "boatang" not in rasa.texts[1]
        assert b"boatang" not in kept_bytes()


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


def test_a_message_is_cut_to_what_rasa_reads_before_it_is_masked(visitor, rasa, monkeypatch):
    searched = []

    def watching(text, *options, **more):
        searched.append(len(text[: options[1] + BEYOND_CUT]))
        return masked_text(text, *options, **more)

    monkeypatch.setattr(masking, "masked", watching)
    visitor.answer_to("😀" * 3500)
    assert searched == [MAX_READ_CHARACTERS + BEYOND_CUT]
    assert [len(text) for text in (*rasa.texts, visitor.events()[0]["text"])] == [MAX_READ_CHARACTERS + 1] * 2


def test_the_cut_is_where_rasa_makes_its_own():
    config = yaml.safe_load((ROOT / "config.yml").read_text("utf-8"))
    (guard,) = [step for step in config["pipeline"] if step["name"].endswith("InputGuard")]
    assert guard["longest"] == MAX_READ_CHARACTERS


@pytest.mark.parametrize("before", range(MAX_READ_CHARACTERS - 40, MAX_READ_CHARACTERS + 20, 3))
async def test_nothing_personal_stays_where_the_cut_goes_through_it(before):
    start = ("Guten Tag zusammen. " * 100)[: before - 1] + " "
    text = f"{start}IBAN DE89 3704 0044 0532 0130 00, {NUMBER}, {MAIL} und noch mehr. " + "Wer bezahlt? " * 40
    kept = await without_personal_data(text, "de")
    assert not [rest for rest in ("DE8", "370", "0176", "1234", "samira") if rest in kept]
    # Rasa sees that there was more, although placeholders are shorter than what they replace.
    assert len(kept) == MAX_READ_CHARACTERS + 1


async def test_placeholders_do_not_make_a_message_longer_than_rasa_reads():
    kept = await without_personal_data(f"{NUMBER}, " * 70, "de")
    assert len(kept) <= MAX_READ_CHARACTERS + 1
    assert NUMBER not in kept


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

    def watching(text, *options, **more):
        threads.append(threading.current_thread())
        return masked_text(text, *options, **more)

    monkeypatch.setattr(masking, "masked", watching)
    await without_personal_data(TEXT[:MAX_INLINE_CHARACTERS])
    assert threads.pop() is threading.main_thread()
    assert "[name]" in await without_personal_data(TEXT + " Hallo" * MAX_INLINE_CHARACTERS)
    assert threads.pop() is not threading.main_thread()


def test_the_words_are_read_when_the_front_starts(settings, rasa, monkeypatch):
    looked = []
    monkeypatch.setattr(masking, "masked", lambda text, *_: looked.append(text))
    with TestClient(application(settings, rasa), HERE):
        until(lambda: looked)


@pytest.fixture
def kept_bytes(tmp_path):
    """All bytes of the front's database, and what is sealed in it."""
    return lambda: bytes_of(tmp_path)
