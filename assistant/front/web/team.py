"""Takes questions that visitors ask people, with their consent; an emergency is never left waiting there."""

from __future__ import annotations

import time
from typing import TypedDict

from anyio.to_thread import run_sync
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from assistant.core.envelope import parts_of
from assistant.core.languages import Language
from assistant.front.core.channels import TEAM
from assistant.front.core.errors import RefusedError, language_of
from assistant.front.core.fair import lane_of
from assistant.front.core.limits import address_of, count_stored
from assistant.front.core.masking import without_personal_data
from assistant.front.core.opening_hours import Opening
from assistant.front.core.parsing import (
    MAX_READ_CHARACTERS,
    choice_in,
    email_in,
    language_in,
    read_body,
    text_in,
    uuid_in,
)
from assistant.front.rasa.client import RasaReply, envelope_of
from assistant.front.store.chats import UnknownChatError
from assistant.front.store.team import TooManyQuestionsError
from assistant.front.web.chat import chat_in, expiry
from assistant.front.web.state import Front, front_of

CRISIS = "crisis"
RETRY_SECONDS = 5.0
# Who has asked as much as a chat may hold has to wait for the team.
FULL_CHAT_SECONDS = 86400.0


class Offered(TypedDict):
    """What a chat window has to know to offer a question to the team."""

    hours: list[Opening]


def offered(front: Front) -> Offered | None:
    """What to say of the team; None where it cannot be asked now."""
    if not front.settings.team or front.notice.closed:
        return None
    return {"hours": list(front.settings.team_hours)}


async def post_question(request: Request) -> Response:
    """Stores a question to the team, unless it tells of an emergency: then it stores nothing and says so."""
    front, body, address = front_of(request), await read_body(request), address_of(request)
    chat = await chat_in(request)
    if offered(front) is None:
        raise RefusedError("not_found")
    id_, email = uuid_in(body.get("id")), email_in(body.get("email"))
    language = choice_in(body.get("choice")) or language_in(body.get("language")) or language_of(request)
    # No longer than what Rasa reads, or an emergency at its end would not be seen.
    text = text_in(body.get("text"), MAX_READ_CHARACTERS).strip()
    if not text or body.get("consent") is not True:
        raise RefusedError("invalid")
    await front.limits.count("address", address)
    await front.limits.count("session", chat)
    sender, lane = front.keys.sender(TEAM, front.keys.new_chat()), lane_of(address)
    forgetting = BackgroundTask(front.worker.erase_in_rasa, sender)
    if await emergency_reply(front, sender, await masked(front, text, language, lane), language, lane):
        return JSONResponse({"emergency": True, "expires_at": None}, background=forgetting)
    # Only now: nobody in danger is to be told to wait.
    await front.limits.count("team", address)
    count_stored(front.budgets, address, text + (email or ""))
    now = time.time()
    try:
        await run_sync(front.team.add, chat, id_, text, email, language, now)
    except UnknownChatError:
        raise RefusedError("unknown_session") from None
    except TooManyQuestionsError:
        raise RefusedError("too_many", retry_after=FULL_CHAT_SECONDS) from None
    return JSONResponse({"emergency": False, "expires_at": expiry(front, now)}, 201, background=forgetting)


async def masked(front: Front, text: str, language: Language, lane: str) -> str:
    """A question as Rasa may read it."""
    async with front.turns.held(lane):
        return await without_personal_data(text, language)


async def emergency_reply(front: Front, sender: str, text: str, language: Language, lane: str) -> RasaReply | None:
    """Rasa's answer to a masked text if it tells of an emergency; raises RefusedError if Rasa cannot be asked."""
    # Noted first, so that the conversation goes even if this front dies before the answer.
    await run_sync(front.store.add_pending_erasure, sender)
    until = time.time() + front.settings.answer_timeout_seconds
    reply = await front.rasa.ask(sender, text, {"language": language}, until, lane=lane)
    envelope = envelope_of(reply.messages) if reply else None
    if reply is None or envelope is None or envelope["kind"] == "error":
        raise RefusedError("unavailable", retry_after=RETRY_SECONDS)
    kinds = {envelope["kind"], *(part["kind"] for part in parts_of(envelope))}
    return reply if CRISIS in kinds else None
