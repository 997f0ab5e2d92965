"""Questions to the team in a real browser: from the chat's form to the mail that the visitor gets."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from assistant.desk.app import application
from assistant.desk.mail import MailServer
from assistant.desk.settings import settings_from
from assistant.front.app import application as front_application
from assistant.front.core.opening_hours import opening_hours_of
from assistant.front.core.settings import Settings
from assistant.front.store.chats import Store
from assistant.front.store.schema import database
from assistant.front.store.team import TeamQuestions
from tests.browser.places import texts
from tests.browser.test_desk import found_in_every_scheme, too_small
from tests.browser.test_team import Form, by_menu
from tests.fakes.front import FakeRasa, served
from tests.support.desk import checkout
from tests.support.smtp import MailServer as SmtpServer

EMAIL = "kwame@example.org"
EVIL = '<img src=x onerror="document.title=\'evil\'"><script>document.title="evil"</script>\u202e txet'
GERMAN = texts("de")


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    return checkout(tmp_path_factory.mktemp("checkout"))


class Desk:
    """A desk that can be reached as the login proxy reaches it, and its mail server."""

    def __init__(self, address: str, settings, smtp: SmtpServer) -> None:
        self.address, self.settings, self.smtp = address, settings, smtp
        self.headers = {"X-Desk-Secret": settings.secret, "X-Forwarded-User": "anna"}
        self.engine = database(settings.database)
        self.questions = TeamQuestions(self.engine)

    def ask(self, text: str, language: str = "de", email: str | None = EMAIL, days: float = 0.0) -> None:
        chat, at = uuid.uuid4().hex, time.time() - days * 86400
        Store(self.engine).open_chat(chat, language, at)
        self.questions.add(chat, str(uuid.uuid4()), text, email, language, at)


@pytest.fixture
def desk(root, tmp_path) -> Iterator[Desk]:
    with SmtpServer() as smtp:
        settings = replace(settings_from({"ASSISTANT_DATA": str(tmp_path)}), root=root)
        settings = replace(settings, mail=MailServer("smtp", "127.0.0.1", smtp.port, "team@iom.example.org"))
        with served(application(settings)) as address:
            yield Desk(address, settings, smtp)


@pytest.fixture
def opened(chromium, desk, axe):
    """Opens the page of an editor; checks at the end that nothing broke its policy."""
    contexts, troubles = [], []

    def opening(language: str = "de", width: int = 1100) -> Page:
        size = {"width": width, "height": 820}
        contexts.append(chromium.new_context(extra_http_headers=desk.headers, locale=f"{language}-DE", viewport=size))
        contexts[-1].add_init_script(axe)
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: troubles.append(said.text) if "Content Security" in said.text else None)
        page.goto(f"{desk.address}/team")
        return page

    yield opening
    for context in contexts:
        context.close()
    assert troubles == []


def test_a_question_from_the_chat_is_answered_by_mail_and_gone(visitor_of, desk, opened, tmp_path):
    front = Settings(desk.settings.database, b"x" * 32, team=True, team_hours=opening_hours_of("Mo-Fr 09:00-16:00"))
    with served(front_application(front, FakeRasa())) as address:
        visitor = visitor_of(address).go().open()
        form = by_menu(visitor)
        form.question.fill("Wann ist mein Termin?")
        form.email.fill(EMAIL)
        form.consent.check()
        form.send.click()
        expect(form.box).to_have_count(0)
        expect(visitor.page.get_by_text(GERMAN["formSent"])).to_be_visible()
        editor = opened()
        expect(editor.get_by_role("heading", level=2)).to_have_text("Wann ist mein Termin?")
        editor.get_by_role("textbox", name="Antwort").fill("Am Montag.\nDas Team")
        editor.get_by_role("button", name="Antwort senden").click()
        expect(editor.get_by_role("status")).to_have_text("Die Antwort ist gesendet.")
        expect(editor.locator("main")).to_contain_text("Keine Frage wartet")
        (taken,) = desk.smtp.taken
        assert taken.recipients == [EMAIL]
        assert "Am Montag." in taken.message.get_content()
        visitor.menu(GERMAN["delete"])
        visitor.button(GERMAN["deleteConfirm"]).click()
        expect(visitor.page.get_by_text(GERMAN["deleted"])).to_be_visible()
        assert desk.questions.listed(["open", "sending", "answered"]) == []
        assert Form(visitor).box.count() == 0


def test_a_failure_is_said_beside_the_answer_which_stays(desk, opened):
    desk.ask("Wann?")
    desk.smtp.refuses = {"RCPT": "550 no"}
    page = opened()
    answer = page.get_by_role("textbox", name="Antwort")
    answer.fill("Am Montag.")
    page.get_by_role("button", name="Antwort senden").click()
    expect(page.get_by_role("alert")).to_contain_text("Der Mailserver hat die Antwort nicht angenommen")
    expect(answer).to_be_focused()
    expect(answer).to_have_value("Am Montag.")
    expect(answer).to_have_attribute("aria-invalid", "true")


def test_what_visitors_wrote_stays_text(desk, opened):
    desk.ask(EVIL)
    desk.ask("متى موعدي؟ IOM", "ar")
    page = opened()
    assert "evil" not in page.title()
    assert page.locator("bdi img, bdi script").count() == 0
    arabic = page.locator("bdi.visitor[lang=ar]").first
    assert arabic.evaluate("each => getComputedStyle(each).direction") == "rtl"


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("width", [320, 1100])
def test_axe_finds_nothing_and_everything_has_room(desk, opened, language, width):
    desk.ask("Wann ist mein Termin? " * 8, days=4)
    desk.ask("متى موعدي؟", "ar", days=2)
    desk.ask("Danke für alles", email=None)
    desk.ask("Wird gerade gesendet")
    sending = desk.questions.listed()[-1]
    assert desk.questions.move(sending.chat, sending.id, "open", "sending")
    page = opened(language, width)
    # A failure too, which stands beside its answer.
    desk.smtp.refuses = {"MAIL": "451 later"}
    page.locator("textarea").first.fill("Am Montag.")
    page.locator("form[action='/team/answer'] button").first.click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert found_in_every_scheme(page, f"team-{{scheme}}-{language}-{width}") == {}
    assert too_small(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
