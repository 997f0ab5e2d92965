"""Third-party chat widgets for Rasa on a website of their own: the front answers them as Rasa would."""

from __future__ import annotations

import re
import subprocess
import threading
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from assistant.core.paths import ROOT
from assistant.launch import servers
from tests.support.npm import install
from tests.support.replies import text_of
from tests.support.shared_assistant import LONGEST_START

# All in one worker: otherwise each would start its own servers.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("outside clients")]

CLIENTS = ROOT / "tests" / "browser" / "clients"
LONGEST_ANSWER = 20_000
GERMAN = "Wann wurde die IOM gegründet?"
ENGLISH = "What is the Global Data Institute?"


class Website(ThreadingHTTPServer):
    """A website on another origin that embeds a widget; its second name is an origin that the front does not allow."""

    daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://{servers.HOST}:{self.server_port}"

    @property
    def foreign_url(self) -> str:
        return f"http://localhost:{self.server_port}"


def address(website: str, page: str, **query: Any) -> str:
    return f"{website}/{page}.html?{urlencode(query)}"


class SilentFiles(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Keeps requests out of the test output."""


@pytest.fixture(scope="module")
def website() -> Iterator[Website]:
    """The pages of `clients`, with the clients installed from their lock file."""
    install(CLIENTS, "--ignore-scripts")
    with Website((servers.HOST, 0), partial(SilentFiles, directory=CLIENTS)) as website:
        thread = threading.Thread(target=website.serve_forever, daemon=True)
        thread.start()
        yield website
        website.shutdown()
        thread.join(10)


@pytest.fixture(scope="module")
def open_front(assistant_port, website, tmp_path_factory) -> Iterator[str]:
    """The address of a front that allows the website and uses the Rasa that is already running."""
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
    """A page in a new profile; checks that its scripts raise nothing."""
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
    """The first line of Rasa's own answer to a question."""
    return lambda question: text_of(servers.ask(question, assistant_port, uuid.uuid4().hex)).splitlines()[0]


class Widget:
    """A person who uses a third-party widget: types, reads, presses suggestions."""

    def __init__(self, page: Page, answers: str, buttons: str, field: str) -> None:
        self.page, self.field = page, page.locator(field)
        self.answers, self.buttons = page.locator(answers), page.locator(buttons)

    def ask(self, text: str) -> None:
        self.field.fill(text)
        self.field.press("Enter")

    def press(self) -> str:
        """Presses the first suggestion; returns its text."""
        button = self.buttons.first
        text = button.inner_text()
        button.click()
        return text

    def shows(self, text: str) -> None:
        expect(self.answers.filter(has_text=text)).to_have_count(1, timeout=LONGEST_ANSWER)


def chatroom(page: Page, website: str, front: str) -> Widget:
    page.goto(address(website, "chatroom", front=front))
    return Widget(page, ".chat.left:not(.waiting)", ".chat-button:not(.chat-button-disabled)", ".chatroom [type=text]")


def webchat(page: Page, website: str, front: str) -> Widget:
    page.goto(address(website, "rasa-webchat", front=front, language="de"))
    page.locator(".rw-launcher").click()
    return Widget(page, ".rw-response", ".rw-reply", ".rw-new-message")


def test_chatroom_is_answered_in_the_language_of_the_question(page, website, open_front):
    widget = chatroom(page, website.url, open_front)
    widget.ask(GERMAN)
    widget.shows("1951")
    widget.ask(ENGLISH)
    widget.shows("Global Data Institute")


def test_a_suggestion_pressed_in_chatroom_is_answered(page, website, open_front, text_from_rasa):
    widget = chatroom(page, website.url, open_front)
    widget.ask(GERMAN)
    widget.shows("1951")
    widget.shows(text_from_rasa(widget.press()))


def test_a_follow_up_in_chatroom_survives_a_reload(page, website, open_front):
    """Its conversation id is kept in the browser, so Rasa still knows the topic."""
    widget = chatroom(page, website.url, open_front)
    widget.ask(GERMAN)
    widget.shows("1951")
    widget = chatroom(page, website.url, open_front)
    widget.ask("und wer ist die Chefin?")
    widget.shows("Amy Pope")


def test_a_foreign_website_gets_nothing_over_rest(chromium, website, open_front):
    context = chromium.new_context()
    page = context.new_page()
    answered: list[str] = []
    page.on("requestfinished", lambda request: answered.append(f"{request.method} {request.url}"))
    widget = chatroom(page, website.foreign_url, open_front)
    with page.expect_event("requestfailed", lambda request: request.url.startswith(open_front)):
        widget.ask(GERMAN)
    assert [request for request in answered if open_front in request] == []
    expect(widget.answers).to_have_count(0)
    context.close()


def test_rasa_webchat_is_answered_with_source_and_date_in_the_language_of_the_question(page, website, open_front):
    widget = webchat(page, website.url, open_front)
    widget.ask(GERMAN)
    widget.shows("1951")
    expect(widget.answers).to_contain_text([re.compile("Stand: .*https://")])
    widget.ask(ENGLISH)
    widget.shows("Global Data Institute")
    widget.shows("As of: ")


def test_a_suggestion_pressed_in_rasa_webchat_is_answered(page, website, open_front, text_from_rasa):
    widget = webchat(page, website.url, open_front)
    widget.ask(GERMAN)
    widget.shows("1951")
    widget.shows(text_from_rasa(widget.press()))


def test_rasa_webchat_goes_on_with_its_chat_after_a_reload(page, website, open_front):
    widget = webchat(page, website.url, open_front)
    widget.ask(GERMAN)
    widget.shows("1951")
    page.reload()
    widget.shows("1951")
    widget.ask("und wer ist die Chefin?")
    widget.shows("Amy Pope")


def test_rasa_webchat_asks_the_front_only_once_opened_and_nobody_else(page, website, open_front):
    """The page's content security policy blocks Google, from which it would fetch a typeface."""
    requests: list[Request] = []
    page.on("request", lambda request: requests.append(request))
    page.goto(address(website.url, "rasa-webchat", front=open_front, language="de"))
    expect(page.locator(".rw-launcher")).to_be_visible()
    assert [request for request in requests if request.url.startswith(open_front)] == []
    widget = webchat(page, website.url, open_front)
    widget.ask(GERMAN)
    widget.shows("1951")
    ours = (website.url, open_front, "data:")
    assert {request.failure for request in requests if not request.url.startswith(ours)} == {"csp"}


class Client:
    """A page with a socket.io client of its own."""

    def __init__(self, page: Page, website: str, front: str, version: int) -> None:
        self.page, self.session = page, ""
        page.goto(address(website, "socket", front=front, version=version))

    def connect(self, session: str | None = None) -> str:
        """Requests a chat; returns the session id that the front assigns."""
        self.session = self.page.evaluate("(session) => connect(session)", session)
        return self.session

    def ask(self, text: str, language: str = "de") -> list[dict[str, Any]]:
        """The messages that answer a question; the last has the suggestions."""
        said = [self.session, text, language]
        self.page.evaluate("(said) => say(...said)", said)
        self.page.wait_for_function("told.some((message) => message.quick_replies)")
        return self.page.evaluate("told")

    def leave(self) -> None:
        self.page.evaluate("socket.disconnect()")


@pytest.fixture(params=[3, 4], ids=["socket.io-client 3", "socket.io-client 4"])
def client(request, page, website, open_front) -> Client:
    return Client(page, website.url, open_front, request.param)


def test_a_socket_client_is_answered_in_both_languages(client):
    client.connect()
    assert "1951" in text_of(client.ask(GERMAN))
    assert "Global Data Institute" in text_of(client.ask(ENGLISH, "en"))


def test_a_suggestion_sent_by_a_socket_client_is_answered(client, text_from_rasa):
    client.connect()
    payload = client.ask(GERMAN)[-1]["quick_replies"][0]["payload"]
    assert text_from_rasa(payload) in text_of(client.ask(payload))


def test_a_socket_client_that_comes_back_goes_on_with_its_chat(client):
    session = client.connect()
    client.ask(GERMAN)
    # An answer is recorded as delivered just after it is sent; one that is not is sent again, rather than lost.
    client.page.wait_for_timeout(500)
    client.leave()
    assert client.connect(session) == session
    assert "Amy Pope" in text_of(client.ask("und wer ist die Chefin?"))


def test_a_socket_client_with_a_session_id_of_its_own_making_gets_another(client):
    assert client.connect("guessed") != "guessed"
    assert "1951" in text_of(client.ask(GERMAN))


def test_socket_io_2_is_refused_with_the_reason(page, website, open_front):
    """Tested on the front's own origin: on others, the browser would hide the response from version 2."""

    def fulfil(route: Route) -> None:
        route.fulfill(path=CLIENTS / urlsplit(route.request.url).path.removeprefix("/own/"))

    page.route(f"{open_front}/own/**", fulfil)
    client = Client(page, f"{open_front}/own", open_front, 2)
    with page.expect_response(lambda response: "/socket.io/?EIO=3" in response.url) as refused:
        failure = page.evaluate("connect(null).catch((error) => error.message)")
    assert refused.value.status == 400
    assert "unsupported version" in refused.value.text()
    assert (failure, client.session) == ("xhr poll error", "")


def test_a_foreign_website_gets_no_socket(page, website, open_front):
    client = Client(page, website.foreign_url, open_front, 4)
    assert client.page.evaluate("connect(null).catch((error) => error.message)") == "xhr poll error"
