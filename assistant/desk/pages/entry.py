"""Entry: one answer in all languages, as the chat shows it, to be read, changed, compared, approved; and the list."""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from assistant.core.languages import LANGUAGES, ORIGINALS, SERVED, Language
from assistant.desk.bench import Tried, bench_of
from assistant.desk.entries import (
    OF_NOTE,
    SHARED,
    TEXTS,
    Change,
    EntryText,
    FormError,
    changed_text,
    changes_in,
    edits_of,
    fields_of,
    opened,
    read_entry,
)
from assistant.desk.errors import RefusedError
from assistant.desk.forms import Form
from assistant.desk.history import history_of
from assistant.desk.pages import due
from assistant.desk.state import Desk, desk_of, form_of, language_of, user_of
from assistant.desk.texts import Words
from assistant.desk.view import ENTRY, Menu, address_of, page, see_other
from assistant.front.rasa.entries import answer_of_entries
from assistant.front.web.page_view import AnswerView, answer_view
from assistant.knowledge import Entry, Finding, KnowledgeBase, render
from assistant.knowledge.approval import approval_hash
from assistant.knowledge.approve import ApprovalError, Approving, place_of, with_approval
from assistant.knowledge.authors import Person
from assistant.knowledge.render import direction
from assistant.knowledge.withdrawn import MAX_TEXT_CHARACTERS, MAY_BE_WITHDRAWN
from assistant.knowledge.wording import translated

SECTION = "entry"
MENU = Menu(SECTION, "/entries", 30)


@dataclass(frozen=True)
class Side:
    """One language of an entry: what the form has, how the chat shows it, and what is known of it."""

    language: Language
    name: str
    direction: str
    is_original: bool
    # Of a translation: whether it is there, and fits the original as it is now.
    exists: bool
    fits: bool
    answer: AnswerView | None
    hash: str
    approved_on: str | None
    approved_by: str | None


@dataclass(frozen=True)
class Told:
    """Something that is to be corrected, or only a warning."""

    text: str
    warning: bool


def entries(request: Request) -> Response:
    """The list of all entries, by topic."""
    base, language = desk_of(request).knowledge(), language_of(request)
    sought = request.query_params.get("q", "").strip()
    rows: dict[str, list[tuple[str, str, list[Language]]]] = {}
    for entry in _all(base).values():
        question = render(base, entry, language).question
        if all(word.casefold() in f"{entry.id} {question}".casefold() for word in sought.split()):
            rows.setdefault(entry.topic, []).append((entry.id, question, list(entry.approved)))
    return page(request, "entries.html", SECTION, rows=rows, sought=sought, new=address_of(request, "new_entry"))


def entry(request: Request) -> Response:
    """The page of an entry."""
    written = read_entry(desk_of(request).repository.folder, request.path_params["entry"])
    return _shown(request, written, fields_of(written), _try(request, written, []))


def changed(request: Request) -> Response:
    """Saves, previews or approves, by the button that was pressed."""
    form, written = form_of(request), read_entry(desk_of(request).repository.folder, request.path_params["entry"])
    if form.one("approve"):
        return _approve(request, written, form)
    fields = {**fields_of(written), **{name: form.one(name) for name in fields_of(written) if name in form.fields}}
    try:
        changes = changes_in(written, form)
    except FormError as error:
        return _shown(request, written, fields, None, [told_of_field(request, error)], form)
    tried = _try(request, written, changes)
    if form.one("do") != "save":
        return _shown(request, written, fields, tried, form=form)
    if tried.mistakes:
        return _shown(request, written, fields, tried, form=form, refused=True)
    desk_of(request).repository.save(edits_of(written, form, changes), user_of(request), _subject(written, changes))
    desk_of(request).refresh()
    return see_other(request.url.path, done="done_saved" if changes else "done_nothing")


def checked(request: Request) -> Response:
    """What is wrong with what stands in the form, for the page's script."""
    form, written = form_of(request), read_entry(desk_of(request).repository.folder, request.path_params["entry"])
    try:
        found = told_of(request, _try(request, written, changes_in(written, form)).findings)
    except FormError as error:
        found = [told_of_field(request, error)]
    words = Words(language_of(request), SECTION)
    head = words("findings", count=len(found)) if found else words("no_findings")
    return JSONResponse({"head": head, "findings": [{"text": each.text, "warning": each.warning} for each in found]})


def _approve(request: Request, written: EntryText, form: Form) -> Response:
    desk, user, language = desk_of(request), user_of(request), form.one("approve")
    if language not in LANGUAGES:
        raise RefusedError(400, "no_form")
    if _has_changes(written, form):
        told = [Told(Words(language_of(request), SECTION)("save_first"), warning=False)]
        fields = {name: form.one(name, before) for name, before in fields_of(written).items()}
        return _shown(request, written, fields, None, told, form, status=409)
    folder = desk.repository.folder
    asked = Approving(
        written.id, language, Person(user.name, user.email), datetime.date.today(), form.one(f"hash.{language}") or "-"
    )
    try:
        place = place_of(folder / "knowledge", written.id, language)
        path = str(place.file.relative_to(folder))
        subject = f"Approve {written.id} in {language}"
        desk.repository.save({path: lambda _: with_approval(folder / "knowledge", asked)}, user, subject)
    except ApprovalError as error:
        told = [Told(translated(str(error), language_of(request)), warning=False)]
        return _shown(request, written, fields_of(written), _try(request, written, []), told, status=409)
    desk.refresh()
    return see_other(request.url.path, done="done_approved")


def _has_changes(written: EntryText, form: Form) -> bool:
    try:
        return bool(changes_in(written, form))
    except FormError:
        return True


def _try(request: Request, written: EntryText, changes: Sequence[Change]) -> Tried:
    folder = desk_of(request).repository.folder
    files = {
        path: changed_text((folder / path).read_text("utf-8"), [each for each in changes if each.path == path])
        for path in dict.fromkeys(change.path for change in changes)
    }
    return bench_of(folder).try_out(files, written.id)


def _shown(
    request: Request,
    written: EntryText,
    fields: Mapping[str, str],
    tried: Tried | None,
    told: Sequence[Told] = (),
    form: Form | None = None,
    refused: bool = False,
    status: int = 200,
) -> Response:
    """The page; `told` is said besides what the checker has found."""
    desk, language = desk_of(request), language_of(request)
    base = tried.base if tried and tried.base else desk.knowledge()
    found = [*told, *told_of(request, tried.findings if tried else [])]
    mistakes = refused or any(not each.warning for each in told)
    return page(
        request,
        "entry.html",
        SECTION,
        status if status != 200 else 422 if mistakes else 200,
        entry=written.id,
        address=request.url.path,
        check=address_of(request, "entry_check", entry=written.id),
        **_fields_shown(written, fields, form),
        originals=[(code, SERVED[code].name) for code in ORIGINALS],
        sides=[_side(written, base, each) for each in LANGUAGES],
        found=found,
        refused=mistakes,
        refusal=Words(language, SECTION)("not_approved_now" if status == 409 else "not_saved_yet"),
        history=history_of(desk.repository, written),
        is_live=desk.repository.is_live,
        difference=_difference(desk, written),
        phrase=base.phrase,
        withdrawal=due.withdrawals_of(desk).get(written.id),
        may_be_withdrawn=written.original.raw.get("kind") in MAY_BE_WITHDRAWN,
        of_due=Words(language, due.SECTION),
        most_characters=MAX_TEXT_CHARACTERS,
        question=_question(base, written.id, language),
    )


def _fields_shown(written: EntryText, fields: Mapping[str, str], form: Form | None) -> dict[str, object]:
    """What the form has in its fields, and which fields there are."""
    return {
        "fields": fields,
        "shared": SHARED,
        "texts": TEXTS,
        "has_note": "note" in written.original.raw,
        "of_note": OF_NOTE,
        "opened": _kept_opened(form) or opened(written),
        "fits": [each for each in LANGUAGES if form and form.one(f"fits.{each}")],
        "unsaved": bool(form),
    }


def _kept_opened(form: Form | None) -> dict[str, str]:
    """What the form showed when it was opened first, however often it has been previewed since."""
    names = [name for name in form.fields if name.startswith("opened.")] if form else []
    return {name.removeprefix("opened."): form.one(name) for name in names} if form else {}


def _side(written: EntryText, base: KnowledgeBase, language: Language) -> Side:
    found = _all(base).get(written.id)
    is_original = language in ORIGINALS
    exists = is_original or bool(written.translations[language].raw)
    approval = found.approved.get(language) if found else None
    readable = found is not None and language in found.answer
    return Side(
        language=language,
        name=SERVED[language].name,
        direction=direction(language),
        is_original=is_original,
        exists=exists,
        fits=is_original or (exists and written.is_current(language)),
        answer=preview(base, written.id, language) if found else None,
        hash=approval_hash(base, found, language) if found and readable else "",
        approved_on=approval.on if approval else None,
        approved_by=approval.by if approval else None,
    )


def preview(base: KnowledgeBase, id_: str, language: Language) -> AnswerView | None:
    """The answer as the chat gives it, even if it is withdrawn just now; None if it cannot be written out."""
    said = replace(base, entries=_all(base), withdrawn={}, by_language={})
    try:
        # What is suggested would lead away from here.
        return answer_view({**answer_of_entries(said, [id_], language), "suggestions": []})
    except (KeyError, ValueError):
        return None


def _all(base: KnowledgeBase) -> dict[str, Entry]:
    """The entries that are said and those that are withdrawn."""
    return {**base.entries, **base.withdrawn}


def _question(base: KnowledgeBase, id_: str, language: Language) -> str:
    found = _all(base).get(id_)
    try:
        return render(base, found, language).question if found else id_
    except (KeyError, ValueError):
        return id_


def told_of(request: Request, findings: Sequence[Finding]) -> list[Told]:
    language = language_of(request)
    return [
        Told(f"{translated(each.message, language)} ({each.file}:{each.line})", each.warning)
        for each in sorted(findings, key=lambda each: (each.warning, each))
    ]


def told_of_field(request: Request, error: FormError) -> Told:
    words = Words(language_of(request), SECTION)
    name, _, language = error.name.partition(".")
    shown = f"{words(f'field_{name}')} ({SERVED[language].name})" if language in SERVED else words(f"field_{name}")
    return Told(f"{shown}: {words(error.key)}", warning=False)


def _subject(written: EntryText, changes: Sequence[Change]) -> str:
    """The subject of a commit: what has changed, as far as it fits."""
    languages = {each.path.split("/")[1] for each in changes if each.path != written.original.path}
    names = dict.fromkeys(
        str(each.steps[2]) for each in changes if each.path == written.original.path and each.steps[2:]
    )
    what = ", ".join([*names, *sorted(languages)])
    subject = f"Change {written.id}: {what}"
    return subject if len(subject) <= 72 else f"Change {written.id}"[:72]


def _difference(desk: Desk, written: EntryText) -> list[str]:
    """What is saved and not live yet, as lines; none if the running assistant reads what is saved."""
    if desk.repository.is_live:
        return []
    live: dict[str, str] = {}
    with suppress(RefusedError):
        live = {block.path: block.text for block in read_entry(desk.settings.root, written.id).blocks}
    lines: list[str] = []
    for block in written.blocks:
        old, new = live.get(block.path, "").splitlines(), block.text.splitlines()
        found = list(difflib.unified_diff(old, new, block.path, block.path, lineterm="", n=0))
        lines += found[1:2] + [line for line in found[2:] if not line.startswith("@@")]
    return lines


routes = [
    Route("/entries", entries),
    Route("/entry-check/{entry:path}", checked, methods=["POST"], name="entry_check"),
    Route("/entry/{entry:path}", entry, name=ENTRY),
    Route("/entry/{entry:path}", changed, methods=["POST"]),
]
