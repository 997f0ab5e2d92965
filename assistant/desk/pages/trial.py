"""Try: a chat that says why it answers as it does, and in which a wrong answer is noted."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assistant.desk.login import User
from assistant.desk.state import Desk, desk_of, form_of, language_of, user_of
from assistant.desk.texts import Words
from assistant.desk.trial import MOST_BEFORE, MOST_CHARACTERS, Trial, shortest, tried
from assistant.desk.view import Menu, page, see_other
from assistant.front.rasa.answers import assistant_event
from assistant.front.web.page_view import AnswerView, answer_view
from assistant.knowledge import KnowledgeError, render
from assistant.staff.corrections import NAME, NOTHING, Correction, added, is_kept, read
from assistant.staff.nearest import Near, nearest
from assistant.staff.reasons import Reasons, Row, understood_from_why
from assistant.staff.refusals import of_corrections

SECTION = "trial"
PATH = "/try"
MENU = Menu(SECTION, PATH, 30)


@dataclass(frozen=True)
class Shown:
    """A trial as the page shows it: earlier messages with what they were answered with, the answer, and the reasons."""

    text: str
    before: list[tuple[str, list[str]]]
    answer: AnswerView
    suggestions: list[str]
    reasons: list[tuple[str, list[Row]]]
    is_apology: bool


async def empty(request: Request) -> Response:
    """The page before anything has been asked."""
    return _page(request, None)


async def ask(request: Request) -> Response:
    """The page with an answer."""
    form, words = form_of(request), Words(language_of(request), SECTION)
    text = (form.one("choice") or form.one("text"))[:MOST_CHARACTERS]
    before = [each[:MOST_CHARACTERS] for each in form.all("before")][-MOST_BEFORE:]
    if not text:
        return _page(request, None, 422, refusal=[words("nothing_asked")], before=before)
    trial = await tried(desk_of(request).settings.rasa, text, before)
    if trial is None:
        return _page(request, None, 503, refusal=[words("no_answer")], before=before, text=text)
    return _page(request, await run_sync(_shown, desk_of(request), language_of(request), trial))


async def wrong(request: Request) -> Response:
    """Notes that an answer is wrong; asks again first, since only the assistant knows what it answers."""
    form, desk, words = form_of(request), desk_of(request), Words(language_of(request), SECTION)
    text, before = form.one("text")[:MOST_CHARACTERS], form.all("before")[-MOST_BEFORE:]
    trial = await tried(desk.settings.rasa, text, before) if text else None
    if trial is None:
        return _page(request, None, 503, refusal=[words("no_answer")], before=before, text=text)
    needed = await shortest(desk.settings.rasa, trial)
    today = datetime.date.today().isoformat()
    correction = Correction(
        language=trial.envelope["language"],
        text=text,
        wrong=trial.answered,
        by=user_of(request).name,
        on=today,
        want=form.one("want") or None,
        before=needed,
    )
    if found := await run_sync(_refused, desk, language_of(request), correction):
        shown = await run_sync(_shown, desk, language_of(request), trial)
        return _page(request, shown, 422, refusal=found, want=form.one("want"))
    await run_sync(_save, desk, user_of(request), correction)
    return see_other(PATH, done="done_noted")


def _save(desk: Desk, user: User, correction: Correction) -> None:
    subject = f"Note a wrong answer: {', '.join(correction.wrong)}"
    desk.repository.save({NAME: lambda file: added(file, correction)}, user, subject)


def _refused(desk: Desk, language: str, correction: Correction) -> list[str]:
    """What keeps a correction from being kept, in the reader's language."""
    words = Words(language, SECTION)
    if "error" in correction.wrong:
        return [words("apology")]
    try:
        if is_kept(correction, read(desk.repository.folder / NAME, language)):
            return [words("again")]
    except KnowledgeError as error:
        return [str(finding) for finding in error.findings]
    base, folder = desk.knowledge(), desk.repository.folder
    entries = {*base.entries, *base.withdrawn}
    return [finding.message for finding in of_corrections([correction], entries, folder, language)]


def _shown(desk: Desk, language: str, trial: Trial) -> Shown:
    event = assistant_event(trial.reply.messages, "")
    folder = desk.repository.folder / "data" / "nlu"

    def near(text: str) -> Sequence[Near]:
        return nearest(text, folder=folder)

    found = understood_from_why(trial.text, trial.reply.why, trial.envelope, trial.answered)
    reasons = Reasons(desk.knowledge(), language, near)
    answered = [[reasons.named(each) for each in said] for said in trial.answered_before]
    return Shown(
        text=trial.text,
        before=list(zip(trial.before, answered)),
        answer=answer_view(event),
        suggestions=event["suggestions"],
        reasons=[(label, list(rows)) for label, rows in groupby(reasons.rows(found), key=lambda row: row.label)],
        is_apology="error" in trial.answered,
    )


def _page(
    request: Request,
    shown: Shown | None,
    status: int = 200,
    *,
    refusal: Sequence[str] = (),
    before: Sequence[str] = (),
    text: str = "",
    want: str = "",
) -> Response:
    desk, language = desk_of(request), language_of(request)
    base = desk.knowledge()
    questions = {id_: render(base, entry, language).question for id_, entry in base.entries.items()}
    return page(
        request,
        "trial.html",
        SECTION,
        status,
        shown=shown,
        before=[*(each for each, _ in shown.before), shown.text] if shown else list(before),
        refusal=refusal,
        text=text,
        want=want,
        nothing=NOTHING,
        entries=questions,
        most=MOST_CHARACTERS,
        phrase=base.phrase,
    )


routes = [
    Route(PATH, empty, methods=["GET"]),
    Route(PATH, ask, methods=["POST"]),
    Route(f"{PATH}/wrong", wrong, methods=["POST"]),
]
