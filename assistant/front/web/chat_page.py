"""The page at /chat: questions and answers without JavaScript, to be linked, printed and framed; keeps nothing."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

from anyio.to_thread import run_sync
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from assistant.core.languages import Language, served
from assistant.front.core.channels import PAGE
from assistant.front.core.errors import STATUS, RefusedError, language_of
from assistant.front.core.events import AssistantContent
from assistant.front.core.fair import lane_of
from assistant.front.core.limits import address_of, count_stored
from assistant.front.core.masking import without_personal_data
from assistant.front.core.parsing import MAX_BODY_BYTES, MAX_READ_CHARACTERS, read_bytes, text_in
from assistant.front.operate import metrics
from assistant.front.rasa.answers import assistant_event
from assistant.front.rasa.client import envelope_of
from assistant.front.rasa.entries import answer_of_entries
from assistant.front.web import page_view
from assistant.front.web.asking import reply_to
from assistant.front.web.knowledge_api import entries_in, topics_in
from assistant.front.web.page_view import Words, address, answer_view, entries_of, language_links, texts
from assistant.front.web.state import Front, front_of

TEMPLATES = Path(__file__).with_name("templates")
# Escapes everything that is put into a template, and fails on a name that it is not given.
TEMPLATE = Environment(
    loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
).get_template("chat.html")
STYLES = (TEMPLATES / "chat.css").read_bytes()
STYLES_PATH = "/chat.css"
STYLES_VERSION = hashlib.sha256(STYLES).hexdigest()[:12]
MOST_FIELDS = 10
# No script, and nothing from elsewhere; forms send only to us.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'self' {origins}"
)
PUBLIC, PRIVATE = "public, max-age=30", "no-store"


@dataclass(frozen=True)
class Shown:
    """What a page shows: a question, the answer to it, or why there is none."""

    question: str | None = None
    content: AssistantContent | None = None
    # What the conversation in which it was asked is called in Rasa.
    sender: str | None = None
    refusal: RefusedError | None = None


async def chat_page(request: Request) -> Response:
    """The page, with an answer if a question is sent or an entry named."""
    front, asked = front_of(request), None
    try:
        asked, entries = await _wanted(request)
        if asked:
            shown = await _answered(request, asked)
        elif entries is not None:
            named = entries_in(entries, front.knowledge)
            shown = Shown(content=answer_of_entries(front.knowledge, named, language_of(request)))
        else:
            shown = Shown()
    except RefusedError as error:
        shown = Shown(asked, refusal=error)
    await run_sync(texts)
    forgetting = BackgroundTask(front.worker.erase_in_rasa, shown.sender) if shown.sender else None
    return _page(front, language_of(request), shown, request.method == "POST", forgetting)


async def styles(_: Request) -> Response:
    """The page's style sheet, whose address changes with its content."""
    return Response(STYLES, media_type="text/css", headers={"Cache-Control": "public, max-age=31536000, immutable"})


async def _wanted(request: Request) -> tuple[str | None, str | None]:
    """The question and the entries that a request names; sets its language. Raises RefusedError."""
    if request.method == "POST":
        fields = form_in(await read_bytes(request, MAX_BODY_BYTES))
        request.state.language = served(fields.get("language"))
    else:
        fields = dict(request.query_params)
    question = text_in(fields.get("q", "")).strip()
    return question or None, None if question else fields.get("entry")


def form_in(body: bytes) -> dict[str, str]:
    """The fields of a form as browsers send it; raises RefusedError if it is not one."""
    try:
        found = parse_qs(body.decode("ascii"), encoding="utf-8", errors="replace", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise RefusedError("invalid") from None
    return {name: values[-1] for name, values in found.items()}


async def _answered(request: Request, question: str) -> Shown:
    """A question and its answer, in a conversation of its own that is to be erased afterwards."""
    front, address_, language = front_of(request), address_of(request), language_of(request)
    lane, sender = lane_of(address_), front.keys.sender(PAGE, front.keys.new_chat())
    await front.limits.count("chats", address_)
    await front.limits.count("address", address_)
    async with front.turns.held(lane):
        text = await without_personal_data(question, language)
    count_stored(front.budgets, address_, text)
    # Noted first, so that the conversation goes even if this front dies before the answer.
    await run_sync(front.store.add_pending_erasure, sender)
    metrics.accepted(PAGE)
    started = time.time()
    reply = await reply_to(front, sender, text, {"language": language}, lane)
    envelope = envelope_of(reply)
    metrics.answered(PAGE, envelope["kind"], envelope.get("language"), started)
    return Shown(question, assistant_event(reply, ""), sender)


def _page(
    front: Front, language: Language, shown: Shown, is_posted: bool, forgetting: BackgroundTask | None
) -> Response:
    words, content, refusal = Words(language), shown.content, shown.refusal
    entries = entries_of(content) if content else []
    is_private = is_posted or shown.question is not None
    phrase = front.knowledge.phrase
    html = TEMPLATE.render(
        t=words,
        path=page_view.PATH,
        styles=f"{STYLES_PATH}?v={STYLES_VERSION}",
        home=address(language),
        is_private=is_private,
        is_open=not front.notice.closed,
        announcement=front.notice.announcement(language),
        question=shown.question,
        answer=answer_view(content) if content else None,
        refusal=phrase(f"front_{refusal.code}", language) if refusal else None,
        phrase=lambda key, of=language: phrase(key, of),
        topics=topics_in(front.knowledge, language),
        entry_link=lambda entry: address(language, entry=entry),
        languages=language_links(language, entries, shown.question if not is_posted else None),
        privacy=front.settings.privacy,
        imprint=front.settings.imprint,
        leave=words("exitUrl"),
        max_characters=MAX_READ_CHARACTERS,
    )
    status = STATUS[refusal.code] if refusal else 200
    return Response(html, status, _headers(front, is_private or refusal is not None), "text/html", forgetting)


def _headers(front: Front, is_private: bool) -> dict[str, str]:
    headers = {
        "Content-Security-Policy": POLICY.format(origins=" ".join(sorted(front.settings.origins))).strip(),
        # Of an address with a question, other sites must learn nothing.
        "Referrer-Policy": "same-origin",
        "Cache-Control": PRIVATE if is_private else PUBLIC,
        "Vary": "Accept-Language",
    }
    return {**headers, "X-Robots-Tag": "noindex"} if is_private else headers
