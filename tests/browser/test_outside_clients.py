"""Chat widgets made for Rasa by others, on a website of their own: the front answers them as Rasa would."""

from __future__ import annotations

import shutil
import subprocess
import threading
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from assistant.commands import servers
from assistant.paths import ROOT
from tests.conftest import LONGEST_START, text_of

pytestmark = pytest.mark.slow

CLIENTS = ROOT / "tests" / "browser" / "clients"
LONGEST_ANSWER = 20_000
FOUNDED = {"de": "Wann wurde die IOM gegründet?", "en": "When was IOM founded?"}
ENGLISH = "What is the Global Data Institute?"
SPOKEN = {4: "wss|polling", 3: "wss|polling"}


class Website(ThreadingHTTPServer):
    """A website that has nothing to do with the front but its widget; a second name of it is a foreign one."""

    daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://{servers.HOST}:{self.server_port}"

    @property
    def foreign_url(self) -> str:
        return f"http://localhost:{self.server_port}"


class SilentFiles(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Requests are not printed among the results."""


@pytest.fixture(scope="module")
def website() -> Iterator[Website]:
    """The pages of `clients`, with the clients installed as their lock file says."""
    installed, lock = CLIENTS / "node_modules" / ".package-lock.json", CLIENTS / "package-lock.json"
    if not installed.is_file() or installed.stat().st_mtime < lock.stat().st_mtime:
        if not shutil.which("npm"):
            pytest.skip("there is no npm here to install the clients with")
        subprocess.run(["npm", "ci", "--ignore-scripts", "--silent"], cwd=CLIENTS, check=True)
    with Website((servers.HOST, 0), partial(SilentFiles, directory=CLIENTS)) as website:
        thread = threading.Thread(target=website.serve_forever, daemon=True)
        thread.start()
        yield website
        website.shutdown()
        thread.join(10)


@pytest.fixture(scope="module")
def open_front(assistant_port, website, tmp_path_factory) -> Iterator[str]:
    """The address of a front that allows the website, before the Rasa that runs already."""
    folder, port = tmp_path_factory.mktemp("front"), servers.free_port()
    settings = {"ASSISTANT_ORIGINS": website.url, "ASSISTANT_DATA": str(folder)}
    with (folder / "log.txt").open("w") as log:
        command = servers.front_command(port, assistant_port)
        environment = servers.environment(settings)
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            assert servers.wait_until_ready(port, LONGEST_START), (folder / "log.txt").read_text()[-3000:]
            yield f"http://{servers.HOST}:{port}"
        finally:
            process.terminate()
            process.wait(timeout=30)


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page in a profile of its own, whose scripts raise nothing."""
    context = chromium.new_context(locale="de-DE")
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    page = context.new_page()
    page.set_default_timeout(LONGEST_ANSWER)
    yield page
    context.close()
    assert errors == []


@pytest.fixture
def text_from_rasa(assistant_port) -> Callable[[str], str]:
    """The first line that Rasa itself answers a question with."""
    return lambda question: text_of(servers.ask(question, assistant_port, uuid.uuid4().hex)).splitlines()[0]


class Widget:
    """A person before a widget of others: types, reads, presses what is suggested."""

    def __init__(self, page: Page, answers: str, buttons: str, field: str) -> None:
        self.page, self.field = page, page.locator(field)
        self.answers, self.buttons = page.locator(answers), page.locator(buttons)

    def ask(self, text: str) -> None:
        self.field.fill(text)
        self.field.press("Enter")

    def press(self) -> str:
        """Presses the first suggestion; what stood on it."""
        button = self.buttons.first
        text = button.inner_text()
        button.click()
        return text

    def shows(self, text: str) -> None:
        expect(self.answers.filter(has_text=text)).to_have_count(1, timeout=LONGEST_ANSWER)


def chatroom(page: Page, website: str, front: str) -> Widget:
    page.goto(f"{website}/chatroom.html?{urlencode({'front': front})}")
    return Widget(page, ".chat.left:not(.waiting)", ".chat-button:not(.chat-button-disabled)", ".chatroom .input input")


def webchat(page: Page, website: str, front: str, language: str = "de") -> Widget:
    page.goto(f"{website}/rasa-webchat.html?{urlencode({'front': front, 'language': language})}")
    page.locator(".rw-launcher").click()
    return Widget(page, ".rw-response", ".rw-reply", ".rw-new-message")


def test_chatroom_is_answered_in_the_language_of_the_question(page, website, open_front):
    widget = chatroom(page, website.url, open_front)
    widget.ask(FOUNDED["de"])
    widget.shows("1951")
    widget.ask(ENGLISH)
    widget.shows("The Global Data Institute")


def test_a_suggestion_pressed_in_chatroom_is_answered(page, website, open_front, text_from_rasa):
    widget = chatroom(page, website.url, open_front)
    widget.ask(FOUNDED["de"])
    widget.shows("1951")
    widget.shows(text_from_rasa(widget.press()))


def test_a_follow_up_in_chatroom_survives_a_reload(page, website, open_front):
    """Its name for the conversation lies in the browser, so Rasa still knows the topic."""
    widget = chatroom(page, website.url, open_front)
    widget.ask(FOUNDED["de"])
    widget.shows("1951")
    widget = chatroom(page, website.url, open_front)
    widget.ask("Und wer leitet sie?")
    widget.shows("Amy Pope")


def test_a_foreign_website_gets_nothing_over_rest(chromium, website, open_front):
    context = chromium.new_context()
    page = context.new_page()
    answered: list[str] = []
    page.on("requestfinished", lambda request: answered.append(f"{request.method} {request.url}"))
    widget = chatroom(page, website.foreign_url, open_front)
    with page.expect_event("requestfailed", lambda request: request.url.startswith(open_front)):
        widget.ask(FOUNDED["de"])
    assert [request for request in answered if open_front in request] == []
    expect(widget.answers).to_have_count(0)
    context.close()


def test_rasa_webchat_is_answered_with_source_and_date(page, website, open_front):
    widget = webchat(page, website.url, open_front)
    widget.ask(FOUNDED["de"])
    widget.shows("1951")
    widget.shows("Stand: ")


def test_rasa_webchat_is_answered_in_english(page, website, open_front):
    widget = webchat(page, website.url, open_front, "en")
    widget.ask(ENGLISH)
    widget.shows("The Global Data Institute")


def test_a_suggestion_pressed_in_rasa_webchat_is_answered(page, website, open_front, text_from_rasa):
    widget = webchat(page, website.url, open_front)
    widget.ask(FOUNDED["de"])
    widget.shows("1951")
    widget.shows(text_from_rasa(widget.press()))
