"""Questions to the team at the desk: read apart from the inbox, answered once, by a real mail server."""

from __future__ import annotations

import html
import re
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from assistant.desk.mail import MailServer, NotSentError, mail_server_in, mailto
from assistant.desk.settings import settings_from
from assistant.front.store.chats import Store
from assistant.front.store.schema import database
from assistant.front.store.team import ANSWERED, OPEN, SENDING, TeamQuestions
from tests.support.smtp import MailServer as SmtpServer
from tests.unit.desk.conftest import Office

pytestmark = pytest.mark.slow
QUESTION = "Wann ist mein Termin?"
EVIL = '<script>alert(1)</script>"><img src=x onerror=alert(1)> \u202ereversed'
EMAIL, SENDER = "kwame@example.org", "team@iom.example.org"
ANSWER = "Guten Tag,\n\nam Montag. Grüße\n.\nDas Team"


class Visitors:
    """Visitors who ask people, each in a chat of their own."""

    def __init__(self, url: str) -> None:
        self.engine = database(url)
        self.store, self.questions, self.chats = Store(self.engine), TeamQuestions(self.engine), list[str]()

    def ask(self, text: str = QUESTION, email: str | None = EMAIL, days: float = 0.0, language: str = "de") -> str:
        """Asks; returns the question as a form names it."""
        chat, at = uuid.uuid4().hex, time.time() - days * 86400
        self.store.open_chat(chat, language, at)
        self.chats.append(chat)
        self.questions.add(chat, str(uuid.uuid4()), text, email, language, at)
        return f"{chat}.{self.questions.of(chat)[0].id}"

    def state(self, key: str) -> str | None:
        found = self.questions.find(*key.split("."))
        return found.state if found else None

    def erase(self) -> None:
        for chat in self.chats:
            self.store.erase(chat)
        self.engine.dispose()


@pytest.fixture
def visitors(office: Office) -> Iterator[Visitors]:
    visitors = Visitors(office.settings.database)
    yield visitors
    visitors.erase()


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture
def sending(office: Office, smtp: SmtpServer) -> Office:
    """The same desk, with a mail server."""
    return Office(replace(office.settings, mail=MailServer("smtp", "127.0.0.1", smtp.port, SENDER)))


def answer(office: Office, key: str, text: str = ANSWER):
    return office.post("/team/answer", {"csrf": office.token(), "key": key, "answer": text})


def test_questions_are_shown_oldest_first_with_age_and_language(office, visitors):
    visitors.ask("Die zweite", days=0, language="uk", email=None)
    visitors.ask("Die erste", days=3.1)
    shown = office.get("/team").text
    assert shown.index("Die erste") < shown.index("Die zweite")
    assert "3 days ago" in shown
    assert "Українська" in shown
    assert "without an e-mail address" in shown
    assert EMAIL in shown
    assert 'aria-current="page">Questions to the team</a>' in shown
    assert "Offen: 2" in office.get("/team", **{"Accept-Language": "de"}).text


def test_an_empty_page_says_so_and_so_does_one_without_storage(office):
    assert "No question is waiting" in office.get("/team").text
    assert "Nothing is kept" in Office(replace(office.settings, database=None)).get("/team").text


def test_a_visitor_s_words_are_text_and_nothing_else(office, visitors):
    visitors.ask(EVIL, language='"><b>')
    shown = office.get("/team").text
    assert "<script>alert" not in shown
    assert "<img src=x" not in shown
    assert "<b>" not in shown
    assert "\u202e" not in shown
    assert html.escape("<script>alert(1)</script>") in shown


def test_an_answer_goes_by_mail_to_the_address_alone(sending, smtp, visitors):
    key = visitors.ask()
    sent = answer(sending, key)
    assert (sent.status_code, sent.headers["location"]) == (303, "/team?done=done_sent")
    (taken,) = smtp.taken
    assert (taken.sender, taken.recipients) == (SENDER, [EMAIL])
    assert (taken.message["From"], taken.message["To"]) == (SENDER, EMAIL)
    assert taken.message["Subject"] == "Frage an das Team"
    assert taken.message.get_content().replace("\r\n", "\n").strip() == ANSWER
    assert taken.message["Message-ID"].endswith("@iom.example.org>")
    # What was asked is not repeated to whoever else may read that mailbox.
    assert QUESTION not in taken.message.as_string()
    assert visitors.state(key) == ANSWERED
    assert "The answer has been sent." in sending.get("/team?done=done_sent").text
    assert QUESTION not in sending.get("/team").text


def test_the_subject_is_in_the_visitor_s_language(sending, smtp, visitors):
    answer(sending, visitors.ask(language="uk"))
    answer(sending, visitors.ask(language="xx"))
    assert [taken.message["Subject"] for taken in smtp.taken] == ["Запитання до команди", "Question to the team"]


def test_of_two_people_at_once_one_answers_and_nobody_loses_what_they_wrote(sending, smtp, visitors):
    key, smtp.slow = visitors.ask(), 1.0
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda text: answer(sending, key, text), ["Antwort A", "Antwort B"])
    assert len(smtp.taken) == 1
    assert {first.status_code, second.status_code} == {303, 409}
    refused, mine = (first, "Antwort A") if first.status_code == 409 else (second, "Antwort B")
    assert "Nothing has been sent." in refused.text
    assert mine in refused.text
    assert visitors.state(key) == ANSWERED


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
def test_what_the_server_does_not_take_stays_open_with_the_answer(sending, smtp, visitors, verb, caplog):
    key, smtp.refuses = visitors.ask(), {verb: "451 later"}
    refused = answer(sending, key)
    assert refused.status_code == 422
    assert "The mail server has not taken the answer" in refused.text
    assert html.escape("am Montag. Grüße") in refused.text
    assert 'aria-invalid="true"' in refused.text
    assert visitors.state(key) == OPEN
    assert smtp.taken == []
    assert not [word for word in (EMAIL, "Montag", QUESTION) if word in caplog.text]
    smtp.refuses = {}
    assert answer(sending, key).status_code == 303


def test_a_server_that_is_away_is_no_answer(office, visitors):
    away = Office(replace(office.settings, mail=MailServer("smtp", "127.0.0.1", 9, SENDER)))
    key = visitors.ask()
    assert answer(away, key).status_code == 422
    assert visitors.state(key) == OPEN


def test_nothing_goes_unencrypted_where_encryption_is_asked_for(smtp):
    # It would take a password, but does not encrypt.
    smtp.refuses = {"EHLO": "250-mail.example.org\r\n250 AUTH PLAIN LOGIN"}
    with pytest.raises(NotSentError):
        MailServer("starttls", "127.0.0.1", smtp.port, SENDER, "user", "secret").send(EMAIL, "x", "y")
    with pytest.raises(NotSentError):
        MailServer("smtps", "127.0.0.1", smtp.port, SENDER, "user", "secret").send(EMAIL, "x", "y")
    assert smtp.taken == []
    assert not [line for line in smtp.commands if "secret" in line or line.startswith("AUTH")]


@pytest.mark.parametrize("text", ["", "  \n", "x" * 4001], ids=["none", "blank", "too long"])
def test_what_is_no_answer_is_not_sent(sending, smtp, visitors, text):
    key = visitors.ask()
    refused = answer(sending, key, text)
    assert refused.status_code == 422
    assert "Write an answer; 4000 characters at most." in refused.text
    assert smtp.taken == []
    assert visitors.state(key) == OPEN


def test_an_answer_to_a_question_without_an_address_is_not_sent(sending, smtp, visitors):
    assert answer(sending, visitors.ask(email=None)).status_code == 422
    assert smtp.taken == []


def test_an_erased_question_gets_no_answer(sending, smtp, visitors):
    key = visitors.ask()
    visitors.store.erase(key.partition(".")[0])
    refused = answer(sending, key)
    assert refused.status_code == 409
    assert "no longer waiting" in refused.text
    assert html.escape("am Montag. Grüße") in refused.text
    assert smtp.taken == []


@pytest.mark.parametrize("key", ["", ".", "x", "x.y", "x.y.z", "' OR 1=1 --"])
def test_a_key_that_names_nothing_finds_nothing(sending, smtp, visitors, key):
    visitors.ask()
    for path in ("answer", "close", "reopen"):
        form = {"csrf": sending.token(), "key": key, "answer": ANSWER}
        assert sending.post(f"/team/{path}", form).status_code == 409
    assert smtp.taken == []


def test_without_a_mail_server_the_answer_is_a_link(office, visitors):
    key = visitors.ask()
    shown = answer(office, key)
    assert shown.status_code == 200
    (address,) = re.findall(r'href="(mailto:[^"]+)"', shown.text)
    found = urlsplit(html.unescape(address))
    assert found.path == EMAIL
    told = parse_qs(found.query)
    assert told["subject"] == ["Frage an das Team"]
    assert told["body"][0].replace("\r\n", "\n") == ANSWER
    assert visitors.state(key) == OPEN
    closed = office.post("/team/close", {"csrf": office.token(), "key": key})
    assert closed.headers["location"] == "/team?done=done_closed"
    assert visitors.state(key) == ANSWERED


def test_a_link_carries_nothing_but_its_parts():
    address = mailto("a&b?c@example.org", "x&bcc=all@example.org", "1+1 = 2 & \u202e%0d")
    assert address.startswith("mailto:a%26b%3Fc@example.org?subject=x%26bcc%3Dall%40example.org&body=1%2B1%20%3D%202")


def test_a_sending_that_was_broken_off_can_be_taken_up(sending, smtp, visitors):
    key = visitors.ask()
    visitors.questions.move(*key.split("."), OPEN, SENDING)
    assert "Somebody is sending the answer." in sending.get("/team").text
    refused = answer(sending, key)
    assert "Somebody else is answering this question" in refused.text
    assert html.escape("am Montag. Grüße") in refused.text
    assert sending.post("/team/reopen", {"csrf": sending.token(), "key": key}).status_code == 303
    assert answer(sending, key).status_code == 303
    assert len(smtp.taken) == 1


@pytest.mark.parametrize("path", ["answer", "close", "reopen"])
def test_a_form_from_elsewhere_does_nothing(sending, smtp, visitors, path):
    key = visitors.ask()
    form = {"key": key, "answer": ANSWER}
    assert sending.post(f"/team/{path}", form).status_code == 403
    assert (
        sending.post(f"/team/{path}", {**form, "csrf": sending.token()}, Origin="https://evil.example").status_code
        == 403
    )
    assert (visitors.state(key), smtp.taken) == (OPEN, [])


def test_the_mail_server_is_read_from_the_environment(tmp_path):
    folder = {"ASSISTANT_DATA": str(tmp_path)}
    assert settings_from(folder).mail is None
    given = {"ASSISTANT_DESK_SMTP": "starttls://mail.example.org:587", "ASSISTANT_DESK_SMTP_FROM": SENDER}
    named = {"ASSISTANT_DESK_SMTP_USER": "desk", "ASSISTANT_DESK_SMTP_PASSWORD": "pass word"}
    expected = MailServer("starttls", "mail.example.org", 587, SENDER, "desk", "pass word")
    assert settings_from({**folder, **given, **named}).mail == expected
    assert "pass word" not in repr(expected)
    assert mail_server_in({**given, "ASSISTANT_DESK_SMTP": "smtp://[::1]:25"}).host == "::1"


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"ASSISTANT_DESK_SMTP": "mail.example.org"}, "ASSISTANT_DESK_SMTP: "),
        ({"ASSISTANT_DESK_SMTP": "smtps://mail.example.org:99999"}, "ASSISTANT_DESK_SMTP: "),
        ({"ASSISTANT_DESK_SMTP": "http://mail.example.org:25"}, "ASSISTANT_DESK_SMTP: "),
        ({"ASSISTANT_DESK_SMTP_FROM": ""}, "ASSISTANT_DESK_SMTP_FROM: "),
        ({"ASSISTANT_DESK_SMTP_FROM": "Team <a@example.org>"}, "ASSISTANT_DESK_SMTP_FROM: "),
        ({"ASSISTANT_DESK_SMTP": "smtp://127.0.0.1:25", "ASSISTANT_DESK_SMTP_USER": "desk"}, "unencrypted"),
    ],
)
def test_a_mail_server_that_makes_no_sense_is_named(changed, says):
    given = {"ASSISTANT_DESK_SMTP": "smtps://mail.example.org:465", "ASSISTANT_DESK_SMTP_FROM": SENDER}
    with pytest.raises(ValueError, match=says):
        mail_server_in({**given, **changed})
