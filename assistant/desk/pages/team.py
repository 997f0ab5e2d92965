"""Questions to the team: what visitors asked people, with their consent, and the answers by e-mail."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assistant.core.languages import DEFAULT, SERVED, served
from assistant.desk.errors import RefusedError
from assistant.desk.mail import NotSentError, mailto
from assistant.desk.state import Desk, desk_of, form_of
from assistant.desk.view import Menu, page, see_other
from assistant.front.store.team import ANSWERED, OPEN, SENDING, TeamQuestion, TeamQuestions

SECTION, PATH = "team", "/team"
MENU = Menu(SECTION, PATH, 15)
SHOWN = 50
# What a `mailto:` link carries is limited by the browsers; nobody writes longer answers by hand.
MAX_ANSWER_CHARACTERS = 4000
BETWEEN = "."
# Somebody else was faster, or the visitor has erased the question.
CLASHES = ("taken", "team_taken")


@dataclass(frozen=True)
class Problem:
    """What is wrong with an answer that was to be sent: which question's, the key of the text, and the answer."""

    key: str
    reason: str
    written: str


@dataclass(frozen=True)
class Letter:
    """An answer as a link for the mail program of whoever wrote it."""

    key: str
    address: str
    written: str


def team(request: Request) -> Response:
    """The page."""
    return _page(request)


def answer(request: Request) -> Response:
    """Sends an answer, or makes a link of it where no mail server is set."""
    desk, form = desk_of(request), form_of(request)
    key, written = form.one("key"), form.one("answer")
    try:
        questions, question = _asked(desk, key)
    except RefusedError as refusal:
        return _page(request, Problem(key, refusal.key, written))
    if not written or len(written) > MAX_ANSWER_CHARACTERS:
        return _page(request, Problem(key, "no_answer", written))
    if question.email is None:
        return _page(request, Problem(key, "no_address", written))
    subject = desk.knowledge().phrase("team", served(question.language) or DEFAULT)
    server = desk.settings.mail
    if server is None:
        return _page(request, letter=Letter(key, mailto(question.email, subject, written), written))
    if not questions.move(question.chat, question.id, OPEN, SENDING):
        return _page(request, Problem(key, "taken", written))
    try:
        server.send(question.email, subject, written)
    except NotSentError:
        questions.move(question.chat, question.id, SENDING, OPEN)
        return _page(request, Problem(key, "not_sent", written))
    questions.move(question.chat, question.id, SENDING, ANSWERED)
    return see_other(PATH, done="done_sent")


def close(request: Request) -> Response:
    """Marks a question as dealt with, without sending anything."""
    questions, question = _asked(desk_of(request), form_of(request).one("key"))
    if not questions.move(question.chat, question.id, question.state, ANSWERED):
        raise RefusedError(409, "team_taken")
    return see_other(PATH, done="done_closed")


def reopen(request: Request) -> Response:
    """Opens a question again whose sending was broken off."""
    questions, question = _asked(desk_of(request), form_of(request).one("key"))
    if not questions.move(question.chat, question.id, SENDING, OPEN):
        raise RefusedError(409, "team_taken")
    return see_other(PATH, done="done_reopened")


def key_of(question: TeamQuestion) -> str:
    """A question as a form names it."""
    return f"{question.chat}{BETWEEN}{question.id}"


def _asked(desk: Desk, key: str) -> tuple[TeamQuestions, TeamQuestion]:
    """The question that a form names; raises RefusedError if it has been erased or answered."""
    chat, _, id_ = key.partition(BETWEEN)
    questions = TeamQuestions(desk.engine) if desk.engine else None
    question = questions.find(chat, id_) if questions else None
    if questions is None or question is None or question.state == ANSWERED:
        raise RefusedError(409, "team_taken")
    return questions, question


def _page(request: Request, problem: Problem | None = None, letter: Letter | None = None) -> Response:
    desk = desk_of(request)
    questions = TeamQuestions(desk.engine) if desk.engine else None
    listed, today = questions.listed(limit=SHOWN) if questions else [], datetime.date.today()
    return page(
        request,
        "team.html",
        SECTION,
        status=200 if problem is None else 409 if problem.reason in CLASHES else 422,
        is_kept=questions is not None,
        listed=listed,
        waiting=questions.count() if questions else 0,
        names={code: SERVED[code].name for code in SERVED},
        key_of=key_of,
        on=lambda question: datetime.date.fromtimestamp(question.at),
        age=lambda question: (today - datetime.date.fromtimestamp(question.at)).days,
        sends=desk.settings.mail is not None,
        problem=problem,
        # Somebody else may have taken or answered it meanwhile; then the answer stands above the list.
        problem_is_shown=problem is not None and problem.key in {key_of(each) for each in listed if each.state == OPEN},
        letter=letter,
        most=MAX_ANSWER_CHARACTERS,
    )


routes = [
    Route(PATH, team),
    Route(f"{PATH}/answer", answer, methods=["POST"]),
    Route(f"{PATH}/close", close, methods=["POST"]),
    Route(f"{PATH}/reopen", reopen, methods=["POST"]),
]
