"""The front with the real Rasa: what a visitor sees, and what happens when servers die."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from assistant.core.languages import LANGUAGES
from assistant.core.paths import ROOT
from assistant.front.core.starters import STARTERS
from assistant.front.core.tokens import Keys
from assistant.launch import servers
from assistant.training.model import model_path
from tests.fakes.front import Visitor
from tests.fakes.relay import relay
from tests.support.readable import bytes_of
from tests.support.replies import envelope, text_of
from tests.support.shared_assistant import LONGEST_START
from tests.support.wait import answers, until

pytestmark = pytest.mark.slow

QUESTION = {"de": "Wann wurde die IOM gegründet?", "en": "When was IOM founded, please?"}
# In what time a visitor gets an answer or an apology, and how much longer that may take while other tests run.
PROMISED, ALLOWANCE = 10.0, 5.0


@pytest.fixture
def client(front_url):
    with httpx2.Client(base_url=front_url, timeout=30) as client:
        yield client


@pytest.fixture
def visitor(client):
    return Visitor(client)


@pytest.mark.parametrize(
    ("language", "figure", "date"), [("de", "683.950", "Oktober 2024"), ("en", "683,950", "October 2024")]
)
def test_a_question_is_answered_with_source_and_date(language, figure, date, client):
    question = {"de": "Wie viele Menschen haben vom FAP Hilfe bekommen?", "en": "How many people got help from FAP?"}
    told = Visitor(client, language).answer_to(question[language], language=language)
    part = told["parts"][0]
    assert (told["kind"], told["language"], part["entry"]) == ("fact", language, "ask_figures/fap_reached")
    assert figure in part["text"]
    assert part["as_of_text"] == date
    assert part["sources"][0]["url"].startswith("https://")
    assert told["suggestions"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_starter_gets_the_answer_it_stands_for(language, client):
    offered = client.get(f"/api/opening?language={language}").json()["starters"]
    told = [Visitor(client, language).answer_to(question, language=language) for question in offered]
    assert [answer["parts"][0]["entry"] for answer in told] == list(STARTERS)
    assert {answer["language"] for answer in told} == {language}


def test_the_topic_is_kept_when_the_language_is_switched(visitor):
    visitor.answer_to("Was ist das Familienhilfeprogramm?")
    told = visitor.answer_to("und wer bezahlt das?", choice="en")
    assert (told["language"], told["parts"][0]["entry"]) == ("en", "ask_programmes/fap_funding")


def test_a_wish_in_words_holds_although_the_switch_stays_where_it_was(visitor):
    visitor.answer_to("Was ist das Familienhilfeprogramm?", choice="de")
    visitor.answer_to("English please", choice="de")
    assert visitor.answer_to("FAP", choice="de")["language"] == "en"


def test_five_messages_at_once_are_answered_in_order(visitor):
    questions = ["Was ist die IOM?", "Wer leitet die IOM?", QUESTION["de"], "Was ist das GDI?", "Hallo"]
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(visitor.post, questions))
    until(lambda: len(visitor.events()) == 10, PROMISED)
    events = visitor.events()
    asked = [event["id"] for event in events if event["type"] == "visitor"]
    assert [event["reply_to"] for event in events if event["type"] == "assistant"] == asked


@pytest.mark.parametrize("text", ["/restart", '/ask_history{"x":1}', "/session_start"])
def test_no_text_is_a_command(text, visitor):
    visitor.answer_to("Was ist das Familienhilfeprogramm?")
    visitor.answer_to(text)
    assert visitor.answer_to("Und wer bezahlt das?")["parts"][0]["entry"] == "ask_programmes/fap_funding"


def test_a_long_text_is_read_at_its_beginning(visitor):
    told = visitor.answer_to("When did IOM get its present name? " + "x y z " * 500, language="en")
    assert [part["kind"] for part in told["parts"]] == ["control", "fact"]


def test_a_client_made_for_rasa_is_answered(client):
    body = {"sender": "me", "message": QUESTION["en"]}
    reply = client.post("/webhooks/rest/webhook", json=body).json()
    assert envelope(reply)["entries"] == ["ask_history/founding"]
    assert {message["recipient_id"] for message in reply} == {"me"}


def test_a_deleted_chat_is_forgotten_by_rasa(running_front):
    with running_front() as (front, rasa_port, data), httpx2.Client(base_url=front, timeout=30) as client:
        visitor = Visitor(client)
        visitor.answer_to("Was ist das Familienhilfeprogramm?")
        keys = Keys((data / "secret").read_bytes())
        sender = keys.sender("web", keys.chat_of(visitor.token))
        assert "FAP" in text_of(servers.ask("Wiederhole das bitte", rasa_port, sender))
        assert client.delete("/api/chat", headers=visitor.headers).status_code == 204
        assert envelope(servers.ask("Wiederhole das bitte", rasa_port, sender))["entries"] == []
        assert b"Familienhilfeprogramm" not in bytes_of(data)


def test_an_answer_comes_when_rasa_is_back_within_the_time(running_front, assistant_port):
    port = servers.free_port()
    with running_front(port) as (front, _, _), httpx2.Client(base_url=front, timeout=30) as client:
        visitor = Visitor(client)
        begun = time.monotonic()
        id_ = visitor.post(QUESTION["de"]).json()["id"]
        assert visitor.events(after=1, wait=3) == []
        with relay(port, assistant_port):
            (told,) = visitor.events(after=1, wait=10)
        assert (told["reply_to"], told["kind"]) == (id_, "fact")
        assert time.monotonic() - begun < PROMISED + ALLOWANCE


def test_a_rasa_that_hangs_means_an_apology_in_time_and_no_late_answer(running_front, killable_rasa):
    rasa = killable_rasa
    with running_front(rasa.port) as (front, _, _), httpx2.Client(base_url=front, timeout=30) as client:
        visitor = Visitor(client)
        os.kill(rasa.process.pid, signal.SIGSTOP)
        try:
            begun = time.monotonic()
            assert visitor.answer_to(QUESTION["de"], PROMISED + ALLOWANCE)["kind"] == "error"
            assert time.monotonic() - begun < PROMISED + ALLOWANCE
        finally:
            os.kill(rasa.process.pid, signal.SIGCONT)
        assert visitor.answer_to("Wer leitet die IOM?", PROMISED + ALLOWANCE)["kind"] == "fact"
        assert len(visitor.events()) == 4
        assert "timeout" in rasa.logged()
        assert "gegr" not in rasa.logged()


def test_rasa_killed_means_an_apology_in_time_and_in_the_right_language(running_front, killable_rasa):
    rasa = killable_rasa
    with running_front(rasa.port) as (front, _, _), httpx2.Client(base_url=front, timeout=30) as client:
        german, english = Visitor(client), Visitor(client, "en")
        assert english.answer_to(QUESTION["en"], language="en")["kind"] == "fact"
        rasa.kill()
        begun = time.monotonic()
        with ThreadPoolExecutor(2) as pool:
            told = pool.submit(english.answer_to, "FAP", PROMISED + ALLOWANCE, language="de")
            assert german.answer_to(QUESTION["de"], PROMISED + ALLOWANCE)["language"] == "de"
            assert told.result()["language"] == "en"
        assert time.monotonic() - begun < PROMISED + ALLOWANCE
        assert [german.events()[-1]["kind"], english.events()[-1]["kind"]] == ["error", "error"]


def test_what_was_accepted_before_the_front_died_is_answered_afterwards(running_front, killable_rasa, tmp_path):
    rasa = killable_rasa
    with running_front(rasa.port, data=tmp_path) as (front, _, _), httpx2.Client(base_url=front) as client:
        visitor = Visitor(client)
        os.kill(rasa.process.pid, signal.SIGSTOP)
        id_ = visitor.post(QUESTION["de"]).json()["id"]
        time.sleep(0.5)
    os.kill(rasa.process.pid, signal.SIGCONT)
    with running_front(rasa.port, data=tmp_path) as (front, _, _), httpx2.Client(base_url=front, timeout=30) as client:
        visitor.client = client
        (told,) = visitor.events(after=1, wait=10)
        assert (told["reply_to"], told["kind"]) == (id_, "fact")


def test_the_log_tells_nothing_of_what_was_said(running_front):
    with running_front() as (front, _, data), httpx2.Client(base_url=front, timeout=30) as client:
        visitor = Visitor(client)
        visitor.answer_to("Xylophonspielerin")
        client.get("/api/chat?format=text&q=Zwiebelfischchen", headers=visitor.headers)
        visitor.post("Xylophon" * 1000)
    log = (data / "log.txt").read_text("utf-8")
    assert not [word for word in ("Xylophon", "Zwiebel", visitor.token, "127.0.0.1") if word in log]


def test_the_description_is_served(client):
    assert client.get("/openapi.json").json()["openapi"].startswith("3.")


@pytest.fixture
def running_front(assistant_port, tmp_path):
    """Starts a front for a Rasa; yields its address, Rasa's port and its data folder."""

    @contextmanager
    def run(rasa_port=assistant_port, data=tmp_path / "data"):
        data.mkdir(exist_ok=True)
        port = servers.free_port()
        environment = servers.environment({"ASSISTANT_DATA": str(data), "LOG_LEVEL": "INFO"})
        with (data / "log.txt").open("a") as log:
            process = subprocess.Popen(
                servers.front_command(port, rasa_port), cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        try:
            until(lambda: answers(f"http://{servers.HOST}:{port}/health"), LONGEST_START)
            yield f"http://{servers.HOST}:{port}", rasa_port, data
        finally:
            process.kill()
            process.wait(timeout=30)

    return run


class KillableRasa:
    """A Rasa with its action server, which a test can kill and restart."""

    def __init__(self, folder):
        self.log = (folder / "log.txt").open("a+")
        self.port, self._actions_port = servers.free_port(), servers.free_port()
        self._endpoints = servers.endpoints_for(self._actions_port, folder)
        self._actions = self._popen(servers.actions_command(self._actions_port))
        self.start()

    def _popen(self, command):
        return subprocess.Popen(command, cwd=ROOT, env=servers.environment(), stdout=self.log, stderr=self.log)

    def start(self):
        self.process = self._popen(servers.rasa_command("run", model_path(), self.port, self._endpoints))

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self._actions.kill()
        self._actions.wait()
        self.kill()
        self.log.close()

    def logged(self):
        """The logs of both servers so far."""
        return Path(self.log.name).read_text("utf-8")


@pytest.fixture(scope="module")
def rasa_of_module(tmp_path_factory):
    rasa = KillableRasa(tmp_path_factory.mktemp("rasa"))
    yield rasa
    rasa.stop()


@pytest.fixture
def killable_rasa(rasa_of_module):
    """Ready when the test begins, whatever an earlier one did to it."""
    if rasa_of_module.process.poll() is not None:
        rasa_of_module.start()
    assert servers.wait_until_answering(rasa_of_module.port, LONGEST_START)
    return rasa_of_module
