"""Closing the chat and announcing something, while the front runs."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from assistant.commands import notice as notice_command
from assistant.core.paths import ROOT
from assistant.front.app import application
from assistant.front.messengers.registry import configured
from assistant.front.operate import notice as module
from assistant.front.operate.notice import Notice, State, read, write
from assistant.front.store.chats import Store
from assistant.front.store.schema import chats, database
from assistant.knowledge import knowledge
from tests.fakes.front import AWAY, HERE, Visitor, fact
from tests.fakes.vendors.telegram import TelegramWire
from tests.support.wait import until

TEXTS = {"de": "Der Chat ist heute nicht verfügbar.", "en": "The chat is not available today."}
CLOSED = State(True, TEXTS)
BROKEN = [
    "closed: [", "- closed", "closed: 1", "close: true", "announcement: Hallo", "announcement: {pl: Witaj}",
    "announcement: {de: 5}", "announcement: {de: ''}", "closed: !!python/object:os.system {}", "\x00",
    "announcement: {de: " + "x" * 1001 + "}", "# " + "x" * 70_000,
]  # fmt: skip


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def path(tmp_path):
    return tmp_path / "notice.yml"


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def notice(path, clock):
    return Notice(path, knowledge(), clock)


@pytest.fixture
def client(settings, rasa, path, monkeypatch):
    monkeypatch.setattr(module, "CHECK_SECONDS", 0.0)
    with TestClient(application(replace(settings, notice=path, answer_timeout_seconds=2.0), rasa), HERE) as client:
        yield client


def test_without_a_file_the_chat_is_open(notice):
    assert notice.state == State()
    assert notice.announcement("de") is None


def test_a_change_is_seen_after_a_second_and_looked_for_no_sooner(notice, path, clock):
    write(path, CLOSED)
    assert not notice.closed
    clock.now = 0.9
    assert not notice.closed
    clock.now = 1.0
    assert notice.state == CLOSED
    path.unlink()
    assert notice.closed
    clock.now = 2.0
    assert notice.state == State()


def test_a_file_that_did_not_change_is_not_read_again(notice, path, clock, monkeypatch):
    write(path, CLOSED)
    clock.now = 1.0
    assert notice.closed
    monkeypatch.setattr(module, "read", lambda _: pytest.fail("read again"))
    clock.now = 5.0
    assert notice.closed


@pytest.mark.parametrize("content", BROKEN)
def test_after_a_mistake_the_last_good_state_stays_and_the_log_says_so(content, notice, path, clock, caplog):
    write(path, CLOSED)
    clock.now = 1.0
    assert notice.closed
    path.write_text(content, "utf-8")
    clock.now = 2.0
    assert notice.state == CLOSED
    assert "is invalid" in caplog.text
    write(path, State())
    clock.now = 3.0
    assert notice.state == State()


def test_a_mounted_file_that_is_exchanged_behind_a_link_is_seen(tmp_path, clock):
    for name, state in {"first": State(), "second": CLOSED}.items():
        (tmp_path / name).mkdir()
        write(tmp_path / name / "notice.yml", state)
    (tmp_path / "data").symlink_to("first")
    (tmp_path / "notice.yml").symlink_to("data/notice.yml")
    notice = Notice(tmp_path / "notice.yml", knowledge(), clock)
    assert not notice.closed
    (tmp_path / "new").symlink_to("second")
    (tmp_path / "new").rename(tmp_path / "data")
    clock.now = 1.0
    assert notice.closed


def test_closed_without_words_says_the_usual_ones(path):
    write(path, State(closed=True))
    assert Notice(path, knowledge()).announcement("en") == knowledge().phrase("front_closed", "en")
    write(path, State(True, {"de": TEXTS["de"]}))
    assert Notice(path, knowledge()).announcement("de") == TEXTS["de"]
    assert Notice(path, knowledge()).announcement("en") == knowledge().phrase("front_closed", "en")


def test_an_announcement_in_one_language_is_told_to_all(path):
    write(path, State(announcement={"de": TEXTS["de"]}))
    assert Notice(path, knowledge()).announcement("en") == TEXTS["de"]


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_opening_tells_it(language, client, path):
    def told():
        content = client.get(f"/api/opening?language={language}").json()
        return content["available"], content["announcement"]

    assert told() == (True, None)
    write(path, State(announcement=TEXTS))
    assert told() == (True, TEXTS[language])
    write(path, CLOSED)
    assert told() == (False, TEXTS[language])
    write(path, State())
    assert told() == (True, None)


def test_the_opening_is_kept_by_nobody_for_long(client):
    assert client.get("/api/opening").headers["cache-control"] == "public, max-age=30"


@pytest.mark.parametrize("language", ["de", "en"])
def test_while_closed_a_message_gets_the_announcement_and_rasa_is_not_asked(language, client, path, rasa):
    write(path, CLOSED)
    told = Visitor(client, language).answer_to("IOM", language=language)
    assert (told["kind"], told["language"]) == ("control", language)
    assert [part["text"] for part in told["parts"]] == [TEXTS[language]]
    assert rasa.asked == []
    write(path, State())
    assert Visitor(client).answer_to("IOM")["kind"] == "fact"


def test_the_announcement_is_in_the_language_of_the_message(client, path):
    write(path, CLOSED)
    told = Visitor(client, "de").answer_to("When was IOM founded, please?", language="de")
    assert told["parts"][0]["text"] == TEXTS["en"]


def test_with_an_announcement_alone_answers_go_on(client, path):
    write(path, State(announcement=TEXTS))
    assert Visitor(client).answer_to("IOM")["kind"] == "fact"


def test_what_rasa_says_after_the_chat_was_closed_is_not_told(client, path, rasa):
    def reply(_):
        write(path, CLOSED)
        return fact()

    rasa.reply = reply
    assert Visitor(client).answer_to("IOM")["kind"] == "control"


def test_rests_clients_get_it_in_rasas_form(client, path, rasa):
    write(path, CLOSED)
    body = {"sender": "me", "message": "FAP", "metadata": {"language": "en"}}
    text, end = client.post("/webhooks/rest/webhook", json=body).json()
    assert text == {"recipient_id": "me", "text": TEXTS["en"]}
    assert (end["custom"]["answer"]["kind"], end["custom"]["answer"]["language"]) == ("control", "en")
    assert rasa.asked == []


def test_a_closed_chat_is_ready_although_rasa_is_away(client, path, rasa):
    rasa.reply = lambda _: AWAY
    write(path, CLOSED)
    assert client.get("/ready").json() == {"status": "closed"}
    assert rasa.asked == []


def test_messengers_get_it_whatever_is_sent_and_deletion_still_works(settings, rasa, path):
    write(path, CLOSED)
    wire = TelegramWire()
    messengers = configured(wire.environment("http://127.0.0.1:9"))
    app = application(replace(settings, notice=path, secret=b"test" * 10, messengers=messengers), rasa)
    store = database(settings.database)
    told = Store(store)

    def said():
        with store.connect() as connection:
            ids = list(connection.execute(select(chats.c.id)).scalars())
        found = [event for chat in ids for event in told.events_after(chat, 0) or ()]
        return [event["parts"][0]["text"] for event in found if event["type"] == "assistant"]

    with TestClient(app, HERE) as client:
        requests = (
            wire.text("7", "Wer leitet die IOM?", id="0", at=time.time()),
            wire.media("7", id="1", at=time.time())[0][1],
        )
        for count, request in enumerate(requests, 1):
            assert client.post("/webhooks/telegram", content=request.content, headers=request.headers).is_success
            until(lambda: said()[1:] == [TEXTS["de"]] * count)  # noqa: B023
        request = wire.text("7", "Daten löschen", id="2", at=time.time())
        client.post("/webhooks/telegram", content=request.content, headers=request.headers)
        until(lambda: said() == [knowledge().phrase("messenger_erased", "de")])
    assert rasa.asked == []


@pytest.fixture
def run(command, path):
    return lambda *arguments: command(notice_command, *arguments, ASSISTANT_NOTICE_FILE=str(path))


def test_the_command_closes_tells_and_clears(run, path):
    done = run("--closed", "--de", TEXTS["de"], "--en", TEXTS["en"])
    assert (done.returncode, read(path)) == (0, CLOSED)
    assert all(words in done.stdout for words in (str(path), "closed", *TEXTS.values()))
    shown = run()
    assert "closed" in shown.stdout
    assert "was written" not in shown.stdout
    assert "open" in run("--en", "Hello").stdout
    assert read(path) == State(announcement={"en": "Hello"})
    assert run("--clear").returncode == 0
    assert read(path) == State()


def test_the_command_says_when_it_cannot(run, path):
    assert run("--clear", "--closed").returncode == 1
    assert "--clear cannot be combined" in run("--clear", "--de", "x").stderr
    wrong = run("--de", "x" * 1001)
    assert (wrong.returncode, path.exists()) == (1, False)
    assert "1000 characters" in wrong.stderr
    path.mkdir()
    assert run("--closed").returncode == 1
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_whoever_reads_while_it_is_written_finds_the_old_or_the_new(path):
    states = [CLOSED, State(), State(announcement={"de": "x" * 900})]
    write(path, states[0])
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(lambda: [write(path, states[number % 3]) for number in range(100)])
        while not writing.done():
            assert read(path) in states
        writing.result()
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_the_documents_example_is_a_file_as_it_should_be(path):
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    path.write_text(next(block for block in re.findall(r"```yaml\n(.*?)```", text, re.S) if "closed" in block), "utf-8")
    assert read(path) == CLOSED
