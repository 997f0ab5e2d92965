"""The page at /chat: questions and answers without JavaScript, to be linked, printed and framed; keeps nothing."""

from __future__ import annotations

import time
from dataclasses import dataclass

from anyio.to_thread import run_sync
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from assistant.core.languages import Language
from assistant.front.core.channels import PAGE
from assistant.front.core.errors import RefusedError, language_of
from assistant.front.core.events import AssistantContent
from assistant.front.core.fair import lane_of
from assistant.front.core.limits import address_of, count_stored
from assistant.front.core.masking import without_personal_data
from assistant.front.core.parsing import MAX_READ_CHARACTERS, text_in
from assistant.front.operate import metrics
from assistant.front.rasa.answers import assistant_event
from assistant.front.rasa.client import envelope_of
from assistant.front.rasa.entries import answer_of_entries
from assistant.front.web.asking import reply_to
from assistant.front.web.knowledge_api import entries_in, topics_in
from assistant.front.web.page_view import (
    PATH,
    TEAM_PATH,
    address,
    answer_view,
    entries_of,
    language_links,
    texts,
)
from assistant.front.web.plain_page import Framed, page, read_form
from assistant.front.web.state import Front, front_of
from assistant.front.web.team import offered


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
    return shown_page(front, language_of(request), shown, request.method == "POST", forgetting)


async def _wanted(request: Request) -> tuple[str | None, str | None]:
    """The question and the entries that a request names; sets its language. Raises RefusedError."""
    if request.method == "POST":
        fields = await read_form(request)
    else:
        fields = dict(request.query_params)
    question = text_in(fields.get("q", "")).strip()
    return question or None, None if question else fields.get("entry")


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


def shown_page(
    front: Front, language: Language, shown: Shown, is_posted: bool, forgetting: BackgroundTask | None
) -> Response:
    """The page that shows a question and what came of it."""
    content, question = shown.content, shown.question
    entries = entries_of(content) if content else []
    query = {"entry": ",".join(entries)} if entries else {"q": question} if question and not is_posted else {}
    can_ask_team = offered(front) is not None
    shown_here = {
        "path": PATH,
        "is_open": not front.notice.closed,
        "question": question,
        "answer": answer_view(content) if content else None,
        "topics": topics_in(front.knowledge, language),
        "entry_link": lambda entry: address(language, entry=entry),
        "max_characters": MAX_READ_CHARACTERS,
        "team_link": address(language, TEAM_PATH) if can_ask_team else None,
        # Where the assistant has nothing, people can be asked the same.
        "offers_team": can_ask_team and content is not None and content["kind"] == "fallback",
    }
    is_private = is_posted or question is not None
    framed = Framed(language, language_links(language, **query), is_private, refusal=shown.refusal)
    return page(front, "chat.html", framed, shown_here, forgetting)
