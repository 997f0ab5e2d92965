"""The web chat API; see docs/web-chat-api.md."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import suppress

import anyio
from anyio.to_thread import run_sync
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from assistant.core.languages import served
from assistant.front.core.channels import WEB
from assistant.front.core.errors import RefusedError, language_of
from assistant.front.core.events import Event, Feedback, Listed, TeamQuestionTold, moment
from assistant.front.core.fair import lane_of
from assistant.front.core.limits import address_of, count_stored
from assistant.front.core.masking import until_stored, without_personal_data
from assistant.front.core.parsing import (
    MAX_REASON_CHARACTERS,
    choice_in,
    language_in,
    read_body,
    text_in,
    uuid_in,
)
from assistant.front.core.transcript import as_text
from assistant.front.operate import metrics
from assistant.front.store.chats import UnknownChatError
from assistant.front.store.retention import senders_of
from assistant.front.store.rows import FeedbackRow
from assistant.front.store.team import ANSWERED, TeamQuestion
from assistant.front.store.unanswered import UnansweredRow
from assistant.front.web.state import Front, front_of

HEARTBEAT_SECONDS = 15
SHUTDOWN_SECONDS = 1.0
MAX_WAIT_SECONDS = 25
MAX_SEQUENCE = 2**31 - 1


async def open_chat(request: Request) -> Response:
    """Opens a chat and returns the token for it."""
    front = front_of(request)
    await front.limits.count("chats", address_of(request))
    language = language_in((await read_body(request)).get("language")) or language_of(request)
    count_stored(front.budgets, address_of(request))
    chat, now = front.keys.new_chat(), time.time()
    await run_sync(front.store.open_chat, chat, language, now)
    return JSONResponse({"token": front.keys.token(chat), "expires_at": expiry(front, now)}, 201)


async def post_message(request: Request) -> Response:
    """Stores a message, acknowledges it, and has it answered."""
    front, body, address = front_of(request), await read_body(request), address_of(request)
    lane = lane_of(address)
    async with front.turns.held(lane):
        chat = await chat_in(request)
        await front.limits.count("address", address)
        await front.limits.count("session", chat)
        id_, text = uuid_in(body.get("id")), text_in(body.get("text"))
        language, choice = language_in(body.get("language")), choice_in(body.get("choice"))
        with until_stored(chat):
            text = await without_personal_data(text, choice, language, chat=chat)
            count_stored(front.budgets, address, text)
            now = time.time()
            try:
                sequence, new = await run_sync(front.store.accept, chat, id_, text, language, choice, now)
            except UnknownChatError:
                raise RefusedError("unknown_session") from None
    if new:
        metrics.accepted(WEB)
        front.listeners.publish(chat)
        front.worker.wake(chat, lane)
    expires = expiry(front, now) if new else await expiry_of(front, chat)
    return JSONResponse({"id": id_, "sequence": sequence, "expires_at": expires}, 202)


async def get_events(request: Request) -> Response:
    """The events after a sequence: streamed as they happen, or by long polling."""
    front, chat = front_of(request), await chat_in(request)
    after = number_in(request.headers.get("last-event-id") or request.query_params.get("after"))
    address = address_of(request)
    front.listeners.check_room(chat, address)
    if "text/event-stream" in request.headers.get("accept", ""):
        return _streamed(Stream(front, chat, address, after))
    wait = number_in(request.query_params.get("wait"))
    if wait > MAX_WAIT_SECONDS:
        raise RefusedError("invalid")
    events = await _wait_for(front, chat, address, after, wait)
    return JSONResponse({"events": events, "expires_at": await expiry_of(front, chat)})


async def post_feedback(request: Request) -> Response:
    """Stores a visitor's feedback on an answer."""
    front, chat = front_of(request), await chat_in(request)
    spoken, body = request.state.language, await read_body(request)
    await front.limits.count("address", address_of(request))
    sequence, helpful, reason = body.get("sequence"), body.get("helpful"), body.get("reason")
    if isinstance(sequence, bool) or not isinstance(sequence, int) or not isinstance(helpful, bool):
        raise RefusedError("invalid")
    if not 0 < sequence <= MAX_SEQUENCE:
        raise RefusedError("invalid")
    reason = None if reason is None else text_in(reason, MAX_REASON_CHARACTERS)
    reason = reason and await without_personal_data(reason, spoken)
    count_stored(front.budgets, address_of(request), reason or "")
    if not await front.record.rate(chat, sequence, helpful, reason):
        raise RefusedError("not_found")
    return Response(status_code=204)


async def export_chat(request: Request) -> Response:
    """Everything kept of what was said in the chat, for the visitor to save."""
    front, chat = front_of(request), await chat_in(request)
    format_ = request.query_params.get("format", "json")
    if format_ not in ("json", "text"):
        raise RefusedError("invalid")
    row = await run_sync(front.store.chat, chat)
    events = await run_sync(front.store.events_after, chat, 0)
    if row is None or events is None:
        raise RefusedError("unknown_session")
    asked_team = [_exported(question) for question in await run_sync(front.team.of, chat)]
    if format_ == "text":
        language = served(request.query_params.get("language")) or served(row["spoken"]) or language_of(request)
        return _attachment(
            as_text(events, front.knowledge, language, asked_team), "text/plain; charset=utf-8", "chat.txt"
        )
    feedback = [_readable(row) for row in await run_sync(front.store.feedback_of, chat)]
    times = {"created_at": moment(row["created_at"]), "expires_at": expiry(front, row["last_at"])}
    listed = [_listed(row) for row in await run_sync(front.record.listed, chat)]
    staff = {"unanswered": listed, "team": asked_team}
    content = {**times, "language": row["language"], "events": events, "feedback": feedback, **staff}
    written = json.dumps(content, ensure_ascii=False, indent=2)
    return _attachment(written, "application/json", "chat.json")


async def delete_chat(request: Request) -> Response:
    """Erases the chat here and in Rasa; its token becomes useless."""
    await erase(front_of(request), await chat_in(request))
    return Response(status_code=204)


async def erase(front: Front, chat: str) -> None:
    """Erases a chat here and in Rasa."""
    senders = await run_sync(senders_of, front.store, front.keys, chat)
    await run_sync(front.store.erase, chat, *senders)
    front.listeners.publish(chat)
    await front.worker.erase_in_rasa(*senders)


class Chat(HTTPEndpoint):
    """Operations on a whole chat; one route, so that a 405 lists all its methods."""

    async def post(self, request: Request) -> Response:
        return await open_chat(request)

    async def get(self, request: Request) -> Response:
        return await export_chat(request)

    async def delete(self, request: Request) -> Response:
        return await delete_chat(request)


async def chat_in(request: Request) -> str:
    """The chat that the request's token opens; raises RefusedError if there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    chat = front_of(request).keys.chat_of(token.strip()) if scheme.lower() == "bearer" else None
    row = await run_sync(front_of(request).store.chat, chat) if chat else None
    if not chat or row is None:
        await front_of(request).limits.count("tokens", address_of(request))
        raise RefusedError("unknown_session")
    request.state.language = getattr(request.state, "language", None) or row["spoken"] or row["language"]
    return chat


def expiry(front: Front, last_at: float) -> str:
    """Until when a chat is kept in which nothing more is said."""
    return moment(last_at + front.settings.kept_seconds)


async def expiry_of(front: Front, chat: str) -> str:
    """Until when this chat is kept; raises RefusedError if it is gone."""
    row = await run_sync(front.store.chat, chat)
    if row is None:
        raise RefusedError("unknown_session")
    return expiry(front, row["last_at"])


def number_in(value: str | None) -> int:
    """The number in a query or header, or 0 if it is missing; raises RefusedError if it is not a number."""
    if not value:
        return 0
    if not (value.isascii() and value.isdigit()) or len(value) > 10 or int(value) > MAX_SEQUENCE:
        raise RefusedError("invalid")
    return int(value)


class Stream:
    """An open event stream; ends when the chat is deleted or the server stops."""

    def __init__(self, front: Front, chat: str, address: str, after: int) -> None:
        self._front, self._chat, self._address, self._after = front, chat, address, after
        self._news, self._over = asyncio.Event(), False

    def set(self) -> None:
        """Ends the stream; sse-starlette calls this, as on an event, when the server stops."""
        self._over = True
        self._news.set()

    async def events(self) -> AsyncIterator[ServerSentEvent]:
        """All events after the sequence, then each one as it happens."""
        # Ends at once if the last place has been taken since it was looked for.
        with suppress(RefusedError), self._front.listeners.listen(self._chat, self._address, self._news):
            yield ServerSentEvent(comment="open")
            while not self._over:
                self._news.clear()
                found = await run_sync(self._front.store.events_after, self._chat, self._after)
                if found is None:
                    return
                for event in found:
                    self._after = event["sequence"]
                    data = json.dumps(event, ensure_ascii=False)
                    yield ServerSentEvent(data, event="message", id=str(self._after))
                await self._news.wait()


def _streamed(stream: Stream) -> Response:
    return EventSourceResponse(
        stream.events(),
        ping=HEARTBEAT_SECONDS,
        ping_message_factory=_heartbeat,
        shutdown_event=stream,  # type: ignore[arg-type]
        shutdown_grace_period=SHUTDOWN_SECONDS,
    )


def _heartbeat() -> ServerSentEvent:
    return ServerSentEvent(comment="heartbeat")


async def _wait_for(front: Front, chat: str, address: str, after: int, seconds: float) -> list[Event]:
    """The events after a sequence; if there are none, those that arrive within the given seconds."""
    with front.listeners.listen(chat, address) as news:
        events = await run_sync(front.store.events_after, chat, after)
        if events == [] and seconds:
            with anyio.move_on_after(seconds):
                await news.wait()
            events = await run_sync(front.store.events_after, chat, after)
    if events is None:
        raise RefusedError("unknown_session")
    return events


def _attachment(content: str, type_: str, name: str) -> Response:
    return Response(content, media_type=type_, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _exported(question: TeamQuestion) -> TeamQuestionTold:
    return {
        "at": moment(question.at),
        "text": question.text,
        "email": question.email,
        "answered": question.state == ANSWERED,
    }


def _readable(row: FeedbackRow) -> Feedback:
    return {"sequence": row["sequence"], "helpful": row["helpful"], "reason": row["reason"], "at": moment(row["at"])}


def _listed(row: UnansweredRow) -> Listed:
    return {
        "sequence": row.sequence,
        "day": row.day,
        "text": row.text,
        "topic": row.topic,
        "entry": row.entry,
        "reason": row.reason,
        "state": row.state,
    }
