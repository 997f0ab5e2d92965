"""What the knowledge holds, for pages that show it without a chat: answers by entry, and everyday topics."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TypedDict

from starlette.requests import Request
from starlette.responses import Response

from assistant.core.languages import Language
from assistant.front.core.errors import RefusedError, language_of
from assistant.front.rasa.entries import answer_of_entries
from assistant.front.web.state import front_of
from assistant.knowledge import KnowledgeBase, render
from assistant.knowledge.model import localised

MAX_ENTRIES = 5
# The knowledge changes only when the front is started anew, and then at most a few times a week.
CACHED = "public, max-age=300"


class Question(TypedDict):
    """A question that an entry answers."""

    entry: str
    text: str


class Topic(TypedDict):
    """An everyday topic and its questions."""

    id: str
    title: str
    questions: list[Question]


async def get_answers(request: Request) -> Response:
    """The answer that the named entries give, in the form in which a chat has it."""
    knowledge, language = front_of(request).knowledge, language_of(request)
    entries = entries_in(request.query_params.get("entries"), knowledge)
    content = dict(answer_of_entries(knowledge, entries, language))
    del content["reply_to"]
    return cached(request, {"answer": content})


async def get_topics(request: Request) -> Response:
    """Everyday topics with their questions, for those who would rather choose than type."""
    knowledge, language = front_of(request).knowledge, language_of(request)
    return cached(request, {"language": language, "topics": topics_in(knowledge, language)})


def topics_in(knowledge: KnowledgeBase, language: Language) -> list[Topic]:
    """Every topic in one language, with the questions of its entries; without those that are withdrawn."""
    topics: list[Topic] = []
    knowledge = knowledge.said_in(language)
    for topic in knowledge.topics.values():
        entries = [entry for entry in map(knowledge.find, topic.entries) if entry]
        questions: list[Question] = [
            {"entry": entry.id, "text": render(knowledge, entry, language).question} for entry in entries
        ]
        if questions:
            topics.append({"id": topic.id, "title": localised(topic.title, language), "questions": questions})
    return topics


def entries_in(value: str | None, knowledge: KnowledgeBase) -> list[str]:
    """The ids in a list with commas, each once; raises RefusedError if there are none, too many or unknown ones.

    A withdrawn entry is known: whoever follows a link to it reads that it is being checked, and who can help.
    """
    named = list(dict.fromkeys(part.strip() for part in (value or "").split(",") if part.strip()))
    if not 0 < len(named) <= MAX_ENTRIES:
        raise RefusedError("invalid")
    if not all(knowledge.find(id_) or id_ in knowledge.withdrawn for id_ in named):
        raise RefusedError("not_found")
    return named


def cached(request: Request, content: Mapping[str, object]) -> Response:
    """The content as JSON that anybody may cache, or nothing if the client's copy is still good."""
    body = json.dumps(content, ensure_ascii=False).encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = {"Cache-Control": CACHED, "ETag": etag, "Vary": "Accept-Language"}
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if etag in known:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
