"""New entry: a form for an answer that is not there yet, filled in as far as a question from the inbox allows."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assistant.core.languages import ORIGINALS, SERVED
from assistant.desk.bench import Tried, bench_of
from assistant.desk.entries import SHARED, FormError, meant
from assistant.desk.errors import RefusedError
from assistant.desk.forms import Form
from assistant.desk.pages import due
from assistant.desk.pages.entry import SECTION, Told, told_of, told_of_field
from assistant.desk.queue import rows_of, settle
from assistant.desk.repository import Edit
from assistant.desk.sources import PATH as OF_SOURCES
from assistant.desk.sources import citing, source_in, with_source
from assistant.desk.state import desk_of, form_of, language_of, user_of
from assistant.desk.texts import Words
from assistant.desk.view import ENTRY, NEW_ENTRY, address_of, page, see_other
from assistant.knowledge.edit import YamlText
from assistant.knowledge.examples import FEWEST_QUESTIONS
from assistant.knowledge.load import topic_files
from assistant.knowledge.translations import ENTRIES
from assistant.knowledge.yaml_lines import read_yaml
from assistant.knowledge.yaml_style import Value
from assistant.staff.known_questions import Known, known_in
from assistant.staff.refusals import of_training
from assistant.training.responses import NAME as OF_RESPONSES
from assistant.training.responses import with_response

ID = re.compile(r"[a-z][a-z0-9_]*")
KINDS = ("fact", "referral")
TEXTS = ("question", "answer")
INBOX = "inbox"
# The section with the reasons why a text is no training question.
OF_QUESTIONS = "inbox"


def empty(request: Request) -> Response:
    """The form, empty, or with what the inbox knows of a question."""
    form = form_of(request) if request.method == "POST" else Form()
    review = due.proposed_month(
        datetime.date.today(), Counter(dict(due.later_months(desk_of(request).knowledge(), set())))
    )
    fields = {"review_by": review, "topic": form.one("topic"), INBOX: form.one(INBOX), "asked": form.one("question")}
    return _shown(request, fields, [])


def made(request: Request) -> Response:
    """Makes the entry, with its training questions and what is generated from them, in one commit."""
    desk, form = desk_of(request), form_of(request)
    folder = desk.repository.folder
    topics, known = topics_of(folder), known_in(folder)
    told = [*_missing(request, form, topics, folder), *_wrong_questions(request, form, known)]
    if told:
        return _shown(request, _fields(form), told)
    id_, path = f"{form.one('topic')}/{form.one('id')}", f"knowledge/{topics[form.one('topic')]}"
    try:
        written, source = entry_in(citing(form)), source_in(form, folder)
    except FormError as error:
        return _shown(request, _fields(form), [told_of_field(request, error)])
    edits: dict[str, Edit] = {path: lambda text: with_entry(text, written)}
    if source:
        edits[OF_SOURCES] = lambda text: with_source(text, source)
    tried = _try(folder, edits, id_, form.one("source.id"))
    if tried.mistakes or not tried.base:
        unshown = [Told(Words(language_of(request), SECTION)("cannot_show"), warning=False)]
        return _shown(request, _fields(form), told_of(request, tried.findings) or unshown)
    for language in ORIGINALS:
        questions = questions_in(form, language)
        edits[known.file_of(id_, language)] = _adding(id_, questions)
    edits[OF_RESPONSES] = lambda text: with_response(text, id_)
    desk.repository.save(edits, user_of(request), f"Add {id_}"[:72])
    desk.refresh()
    if form.one(INBOX):
        settle(desk, form.one(INBOX), "new_entry")
    return see_other(address_of(request, ENTRY, entry=id_) or "/", done="done_made")


def topics_of(folder: Path) -> dict[str, str]:
    """The file of each topic that can have facts or referrals."""
    found = {read_yaml(path)["topic"]: path.name for path in topic_files(folder / "knowledge")}
    return {topic: name for topic, name in found.items() if topic.startswith(("ask_", "referral"))}


def entry_in(form: Form) -> dict[str, Value]:
    """The entry that a form describes; raises FormError if a field cannot be read."""
    fields = {name: meant(name, form.one(name)) for name in SHARED}
    texts: dict[str, Value] = {name: {code: form.one(f"{name}.{code}") for code in ORIGINALS} for name in TEXTS}
    order = ("subject", "aspects", *TEXTS, "values", "contacts", "sources", "as_of", "review_by", "related")
    given: Mapping[str, Value | None] = {**fields, **texts}
    kept = {name: value for name in order if (value := given[name]) is not None}
    return {"id": form.one("id"), "kind": form.one("kind"), **kept}


def with_entry(text: str, written: Mapping[str, Value]) -> str:
    """A topic's file with one entry more; raises RefusedError if it has that id meanwhile."""
    file = YamlText(text)
    if file.get(ENTRIES, str(written["id"])) is not None:
        raise RefusedError(409, "id_taken")
    file.append((ENTRIES,), written)
    return file.text


def questions_in(form: Form, language: str) -> list[str]:
    """The training questions of a form in a language, one a line."""
    return [line.strip() for line in form.one(f"questions.{language}").split("\n") if line.strip()]


def _adding(id_: str, questions: Sequence[str]) -> Edit:
    def edit(text: str) -> str:
        file = YamlText(text)
        for question in questions:
            file.add_example(id_, question)
        return file.text

    return edit


def _missing(request: Request, form: Form, topics: Mapping[str, str], folder: Path) -> list[Told]:
    """What has to be there before anything else can be looked at."""
    found: list[FormError] = []
    if form.one("topic") not in topics:
        found.append(FormError("topic", "no_topic"))
    elif not ID.fullmatch(form.one("id")):
        found.append(FormError("id", "id_form"))
    else:
        text = (folder / "knowledge" / topics[form.one("topic")]).read_text("utf-8")
        if YamlText(text).get(ENTRIES, form.one("id")) is not None:
            found.append(FormError("id", "id_taken"))
    if form.one("kind") not in KINDS:
        raise RefusedError(400, "no_form")
    names = [f"{name}.{code}" for name in TEXTS for code in ORIGINALS]
    found += [FormError(name, "text_missing") for name in (*names, "review_by") if not form.one(name)]
    return [told_of_field(request, error) for error in found]


def _wrong_questions(request: Request, form: Form, known: Known) -> list[Told]:
    """Training questions that are too few, or cannot be some."""
    words, reasons = Words(language_of(request), SECTION), Words(language_of(request), OF_QUESTIONS)
    # What visitors wrote must not become a question as it is.
    rows = rows_of(desk_of(request), form.one(INBOX)) if form.one(INBOX) else []
    asked = [text for text in (form.one("asked"), *(row.text for row in rows)) if text]
    told: list[Told] = []
    for language in ORIGINALS:
        questions = questions_in(form, language)
        where = f"{words('field_questions')} ({SERVED[language].name}): "
        if len({each.casefold() for each in questions}) < FEWEST_QUESTIONS:
            told.append(Told(where + words("too_few_questions", least=FEWEST_QUESTIONS), warning=False))
        entry = f"{form.one('topic')}/{form.one('id')}"
        found = of_training(questions, entry, asked, known)
        told += [Told(where + reasons(each.key, **each.values), warning=False) for each in found]
    return told


def _try(folder: Path, edits: Mapping[str, Edit], id_: str, source: str) -> Tried:
    files = {path: edit((folder / path).read_text("utf-8")) for path, edit in edits.items()}
    return bench_of(folder).try_out(files, id_, source)


def _fields(form: Form) -> dict[str, str]:
    return {name: form.one(name) for name in form.fields}


def _shown(request: Request, fields: Mapping[str, str], told: Sequence[Told]) -> Response:
    folder = desk_of(request).repository.folder
    return page(
        request,
        "new_entry.html",
        SECTION,
        422 if told else 200,
        address=request.app.url_path_for("make_entry"),
        value=lambda name: fields.get(name, ""),
        topics=sorted(topics_of(folder)),
        kinds=KINDS,
        originals=[(code, SERVED[code].name) for code in ORIGINALS],
        shared=SHARED,
        spoken=[(code, served.name) for code, served in SERVED.items()],
        least=FEWEST_QUESTIONS,
        found=told,
    )


routes = [
    Route("/new-entry", empty, methods=["GET", "POST"], name=NEW_ENTRY),
    Route("/new-entry/make", made, methods=["POST"], name="make_entry"),
]
