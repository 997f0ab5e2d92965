"""Inbox: what visitors asked in vain, grouped by likeness, and what becomes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assistant.core.languages import ORIGINALS, SERVED, Language
from assistant.desk.errors import ChangedError, RefusedError
from assistant.desk.forms import Form
from assistant.desk.queue import MOST_WORDINGS, Filter, Group, groups_of, rows_of, settle, unanswered_of
from assistant.desk.repository import Edit
from assistant.desk.state import desk_of, form_of, language_of, user_of
from assistant.desk.texts import Words
from assistant.desk.view import NEW_ENTRY, Menu, address_of, page, see_other
from assistant.front.store.unanswered import State, UnansweredRow
from assistant.knowledge import KnowledgeBase, render
from assistant.knowledge.edit import YamlText
from assistant.staff.known_questions import known_in
from assistant.staff.refusals import Refusal, of_training, prepare
from assistant.training.model import usual_minutes
from assistant.training.responses import NAME as OF_RESPONSES
from assistant.training.responses import with_response

FILTERS = ("spoken", "topic", "reason")
SECTION, PATH = "inbox", "/inbox"
MENU = Menu(SECTION, PATH, 10)
# What an editor reads in one sitting; there is a link to the rest.
GROUPS_SHOWN = 20
MOST_QUESTIONS = 10
# What a button of the list may do at once.
AT_ONCE: Mapping[str, tuple[State, str]] = {
    "outside": ("outside", "done_outside"),
    "ignored": ("ignored", "done_ignored"),
}


def inbox(request: Request) -> Response:
    """The list of groups."""
    desk, base = desk_of(request), desk_of(request).knowledge()
    queue = unanswered_of(desk)
    rows = queue.open() if queue else []
    wanted = Filter(*(request.query_params.get(name, "") for name in FILTERS))
    groups = groups_of([row for row in rows if wanted.passes(row)])
    first = max(_number(request.query_params.get("from", "")), 0)
    return page(
        request,
        "inbox.html",
        SECTION,
        is_kept=queue is not None,
        wanted_values=asdict(wanted),
        filters={name: value for name, value in asdict(wanted).items() if value},
        groups=groups[first : first + GROUPS_SHOWN],
        first=first,
        all_groups=len(groups),
        all_questions=sum(len(group.rows) for group in groups),
        pages={
            "earlier": _from(request, max(first - GROUPS_SHOWN, 0)),
            "later": _from(request, first + GROUPS_SHOWN),
        },
        questions_of=_questions_of(base, language_of(request)),
        choices=_choices(rows),
        names=_language_names(rows),
    )


def group(request: Request) -> Response:
    """One group, with everything that can be done about it."""
    response = _group_page(request, form_of(request), [])
    # While the editor is writing.
    response.background = BackgroundTask(prepare, desk_of(request).repository.folder)
    return response


def belongs(request: Request) -> Response:
    """Makes training questions of an entry out of what an editor has written."""
    desk, form = desk_of(request), form_of(request)
    entry, language = form.one("entry"), form.one("written")
    base = desk.knowledge()
    if language not in ORIGINALS:
        raise RefusedError(400, "no_form")
    questions = [line.strip() for line in form.one("questions").splitlines() if line.strip()]
    wrong = [] if entry in {*base.entries, *base.withdrawn} else [Refusal("no_entry")]
    rows = rows_of(desk, form.one("keys"))
    if not rows:
        # Nothing can be compared with what visitors wrote any more, so nothing is saved.
        words = Words(language_of(request), SECTION)
        raise ChangedError(words("these"), words("done_already"), "\n".join(questions))
    asked = [row.text for row in rows if row.text]
    known = known_in(desk.repository.folder)
    wrong += [*_too_few_or_many(questions), *of_training(questions[:MOST_QUESTIONS], entry, asked, known)]
    if wrong:
        return _group_page(request, form, wrong)
    edits: dict[str, Edit] = {
        known.file_of(entry, language): lambda now: with_examples(now, entry, questions),
        OF_RESPONSES: lambda now: with_response(now, entry),
    }
    desk.repository.save(edits, user_of(request), f"Train {entry} with {len(questions)} more in {language}")
    settle(desk, form.one("keys"), "belongs")
    return see_other(PATH, done="done_belongs", **_kept_filter(form))


def _too_few_or_many(questions: Sequence[str]) -> list[Refusal]:
    few = [] if questions else [Refusal("question_missing")]
    return few + ([Refusal("too_many_questions", {"most": MOST_QUESTIONS})] if len(questions) > MOST_QUESTIONS else [])


def put_aside(request: Request) -> Response:
    """Records that a group stays outside, or is to be ignored."""
    form = form_of(request)
    if form.one("state") not in AT_ONCE:
        raise RefusedError(400, "no_form")
    state, done = AT_ONCE[form.one("state")]
    settle(desk_of(request), form.one("keys"), state)
    return see_other(PATH, done=done, **_kept_filter(form))


def with_examples(text: str, entry: str, questions: Sequence[str]) -> str:
    """The text of a file of training questions with further ones of an entry."""
    file = YamlText(text)
    for question in questions:
        file.add_example(entry, question)
    return file.text


def _group_page(request: Request, form: Form, wrong: list[Refusal]) -> Response:
    desk, spoken = desk_of(request), language_of(request)
    base, rows = desk.knowledge(), rows_of(desk, form.one("keys"))
    if not rows:
        return see_other(PATH, done="done_already")
    shown = Group(rows)
    questions = _questions_of(base, spoken)
    written = next((code for code in (form.one("written"), shown.language, spoken) if code in ORIGINALS), ORIGINALS[0])
    return page(
        request,
        "inbox_group.html",
        SECTION,
        422 if wrong else 200,
        group=shown,
        wordings=shown.wordings[:MOST_WORDINGS],
        more=max(len(shown.wordings) - MOST_WORDINGS, 0),
        wrong=wrong,
        nearest=[entry for entry in shown.nearest if entry in questions],
        entry=form.one("entry") or shown.entry or "",
        by_topic=_by_topic(questions),
        questions_of=questions,
        questions=form.one("questions"),
        written=written,
        originals=[(code, SERVED[code].name) for code in ORIGINALS],
        names=_language_names(rows),
        minutes=usual_minutes(),
        new_entry=address_of(request, NEW_ENTRY),
        filters=_kept_filter(form),
    )


def _questions_of(base: KnowledgeBase, language: Language) -> dict[str, str]:
    """The question of each entry, those that are withdrawn too."""
    entries = {**base.entries, **base.withdrawn}
    return {id_: render(base, entry, language).question for id_, entry in entries.items()}


def _by_topic(questions: dict[str, str]) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for entry, question in sorted(questions.items()):
        found.setdefault(entry.partition("/")[0], []).append((entry, question))
    return found


def _choices(rows: Sequence[UnansweredRow]) -> dict[str, list[tuple[str, int]]]:
    """What the list can be narrowed to, and how many questions each choice leaves."""
    return {
        "spoken": Counter(row.language for row in rows).most_common(),
        "topic": Counter(row.topic for row in rows if row.topic).most_common(),
        "reason": Counter(str(row.reason) for row in rows).most_common(),
    }


def _language_names(rows: Sequence[UnansweredRow]) -> dict[str, str]:
    return {row.language: SERVED[row.language].name if row.language in SERVED else row.language for row in rows}


def _kept_filter(form: Form) -> dict[str, str]:
    return {name: form.one(name) for name in FILTERS if form.one(name)}


def _from(request: Request, first: int) -> str:
    """The address of the list from a group on."""
    return f"{PATH}?{request.url.remove_query_params('done').include_query_params(**{'from': first}).query}"


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 7 else 0


def _home(_: Request) -> Response:
    return see_other(PATH)


routes = [
    Route("/", _home),
    Route(PATH, inbox),
    Route(f"{PATH}/group", group, methods=["POST"]),
    Route(f"{PATH}/belongs", belongs, methods=["POST"]),
    Route(f"{PATH}/aside", put_aside, methods=["POST"]),
]
