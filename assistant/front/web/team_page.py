"""A question to the team without JavaScript: its form, and the page on which it can be withdrawn; see decision 36."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from anyio.to_thread import run_sync
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from assistant.core.languages import Language
from assistant.front.core.channels import PAGE, TEAM
from assistant.front.core.errors import RefusedError, language_of
from assistant.front.core.fair import lane_of
from assistant.front.core.limits import address_of, count_stored
from assistant.front.core.parsing import EMAIL, MAX_EMAIL_CHARACTERS, MAX_READ_CHARACTERS, text_in
from assistant.front.operate import metrics
from assistant.front.rasa.answers import assistant_event
from assistant.front.rasa.client import RasaReply, envelope_of
from assistant.front.store import faults
from assistant.front.store.chats import UnknownChatError
from assistant.front.store.team import TeamQuestion
from assistant.front.web.chat import erase
from assistant.front.web.chat_page import Shown, shown_page
from assistant.front.web.hosts import from_own_page
from assistant.front.web.page_view import TEAM_PATH, Link, address, hours_written, language_links, texts
from assistant.front.web.plain_page import Framed, page, read_form
from assistant.front.web.state import Front, front_of
from assistant.front.web.team import emergency_reply, masked, offered

SENT_PATH = f"{TEAM_PATH}/sent"
# What a key that a page is given is good for; a chat's own token would also let read what was asked.
FORM, WITHDRAWAL = "team form", "team withdrawal"
SEE_OTHER = 303
# Which of the element's texts says what is wrong with a field, in the order of the form.
WRONG = {"question": "formNoQuestion", "email": "formWrongEmail", "consent": "formNoConsent"}


class OldFormError(RefusedError):
    """The form was signed with a secret that is gone, or its question has been withdrawn; it has to be sent anew."""

    def __init__(self) -> None:
        super().__init__("invalid")


@dataclass(frozen=True)
class Form:
    """What is written in the form; the key makes a form that is sent twice one question."""

    key: str
    question: str = ""
    email: str = ""
    consent: bool = False

    def wrong(self) -> list[str]:
        """The fields that are not filled in as they have to be."""
        right = {
            "question": bool(self.question.strip()),
            "email": not self.email or EMAIL.fullmatch(self.email) is not None,
            "consent": self.consent,
        }
        return [field for field in WRONG if not right[field]]


@dataclass(frozen=True)
class Sent:
    """A question that has been sent; whoever has the page's address can withdraw it, but not read it."""

    address: str
    has_email: bool


async def team_page(request: Request) -> Response:
    """The form, empty or with what was asked before; takes what is sent with it."""
    front, refusal, wrong = front_of(request), None, list[str]()
    await run_sync(texts)
    form = _new_form(front)
    try:
        if offered(front) is None:
            raise RefusedError("not_found")
        fields = await read_form(request) if request.method == "POST" else {}
        form = _form_in(front, fields)
        if "form" in fields:
            wrong = form.wrong()
            if not wrong:
                return await _taken(request, form)
    except RefusedError as error:
        refusal = error
        if isinstance(error, OldFormError):
            form = replace(form, key=_new_form(front).key)
    return _form_page(front, language_of(request), form, wrong, refusal)


async def sent_page(request: Request) -> Response:
    """What becomes of a question that was sent, and its withdrawal, which works even where nobody can be asked now."""
    front, language, key = front_of(request), language_of(request), request.query_params.get("key", "")
    sent, refusal = None, None
    await run_sync(texts)
    try:
        asked = await _asked(request, key)
        if asked:
            sent = Sent(address(language, SENT_PATH, key=key), any(question.email for question in asked))
    except RefusedError as error:
        refusal = error
    except faults.PASSING as error:
        faults.count(error)
        refusal = RefusedError("unavailable")
    is_gone = refusal is None and sent is None
    links = language_links(language, TEAM_PATH) if is_gone else language_links(language, SENT_PATH, key=key)
    return _page(front, _framed(front, language, links, refusal), SENT_PATH, {"sent": sent, "is_gone": is_gone})


async def _asked(request: Request, key: str) -> Sequence[TeamQuestion]:
    """What was asked with a key, unless this request withdraws it. Raises RefusedError."""
    front = front_of(request)
    if request.method == "POST":
        _check_sender(front, request)
    chat = front.keys.chat_of(key, WITHDRAWAL)
    if chat is None:
        await front.limits.count("tokens", address_of(request))
        raise RefusedError("not_found")
    if request.method == "POST":
        await erase(front, chat)
    return await run_sync(front.team.of, chat)


def _new_form(front: Front) -> Form:
    return Form(front.keys.token(front.keys.new_chat(), FORM))


def _form_in(front: Front, fields: Mapping[str, str]) -> Form:
    """A form as it was sent, or a new one with what was asked before. Raises RefusedError if something is too long."""
    # Browsers send two characters for a line break, which counted as one while it was written.
    question = fields.get("question", "").replace("\r\n", "\n")
    if "form" not in fields:
        return replace(_new_form(front), question=text_in(question)[:MAX_READ_CHARACTERS])
    question = text_in(question, MAX_READ_CHARACTERS)
    email = text_in(fields.get("email", ""), MAX_EMAIL_CHARACTERS).strip()
    return Form(fields["form"], question, email, fields.get("consent") == "yes")


def _check_sender(front: Front, request: Request) -> None:
    """Raises RefusedError unless one of our own pages sent the form: consent is given here, or nowhere."""
    if not from_own_page(request.headers, front.settings.public_url):
        raise RefusedError("forbidden")


async def _taken(request: Request, form: Form) -> Response:
    """Keeps a question and leads to its page, or answers an emergency at once. Raises RefusedError."""
    front, address_, language, text = (
        front_of(request),
        address_of(request),
        language_of(request),
        form.question.strip(),
    )
    _check_sender(front, request)
    chat = front.keys.chat_of(form.key, FORM)
    if chat is None:
        raise OldFormError
    await front.limits.count("chats", address_)
    await front.limits.count("address", address_)
    started, lane, sender = time.time(), lane_of(address_), front.keys.sender(TEAM, front.keys.new_chat())
    forgetting = BackgroundTask(front.worker.erase_in_rasa, sender)
    try:
        read = await masked(front, text, language, lane)
        if reply := await emergency_reply(front, sender, read, language, lane):
            await _count(front, read, reply, started)
            shown = Shown(text, assistant_event(reply.messages, ""), sender)
            return shown_page(front, language, shown, True, forgetting)
        # Only now: nobody in danger is to be told to wait.
        await front.limits.count("team", address_)
        count_stored(front.budgets, address_, text + form.email)
        await run_sync(front.team.add_alone, chat, text, form.email or None, language, time.time())
    except UnknownChatError:
        raise OldFormError from None
    except faults.PASSING as error:
        faults.count(error)
        raise RefusedError("unavailable") from None
    # Whoever loads the page again sends nothing again.
    sent = address(language, SENT_PATH, key=front.keys.token(chat, WITHDRAWAL))
    return RedirectResponse(sent, SEE_OTHER, background=forgetting)


async def _count(front: Front, text: str, reply: RasaReply, started: float) -> None:
    """Counts an emergency as the question that it is."""
    envelope = envelope_of(reply.messages)
    metrics.accepted(PAGE)
    await front.record.counted(text, assistant_event(reply.messages, ""), reply.why)
    metrics.answered(PAGE, envelope["kind"], envelope.get("language"), started)


def _form_page(
    front: Front, language: Language, form: Form, wrong: list[str], refusal: RefusedError | None
) -> Response:
    shown = {
        "form": form if offered(front) else None,
        "errors": {field: WRONG[field] if field in wrong else None for field in WRONG},
        "first_wrong": wrong[0] if wrong else None,
        "hours": hours_written(front.settings.team_hours, language),
        "days": front.settings.retention_days,
        "max_characters": MAX_READ_CHARACTERS,
        "max_email": MAX_EMAIL_CHARACTERS,
    }
    return _page(
        front,
        _framed(front, language, language_links(language, TEAM_PATH), refusal, 400 if wrong else 200),
        TEAM_PATH,
        shown,
    )


def _page(front: Front, framed: Framed, path: str, shown: Mapping[str, object]) -> Response:
    return page(front, "team.html", framed, {"path": path, "form": None, "sent": None, "is_gone": False, **shown})


def _framed(
    front: Front, language: Language, links: Sequence[Link], refusal: RefusedError | None, status: int = 200
) -> Framed:
    heading = front.knowledge.phrase("team", language)
    return Framed(language, links, is_private=True, status=status, refusal=refusal, heading=heading)
