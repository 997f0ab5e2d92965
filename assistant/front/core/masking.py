"""Masks what visitors write before it reaches the database, the log or Rasa."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial

from assistant.core.languages import DEFAULT
from assistant.front.core.parsing import MAX_READ_CHARACTERS
from assistant.front.core.processor_time import charged
from assistant.privacy import announcement, masked

# Masking a text of this length takes less than a millisecond; a longer one must not block the event loop.
MAX_INLINE_CHARACTERS = 100
CUT = "…"
# How long what a message announces is remembered for the next one of its chat, and for how many chats.
MAX_ANNOUNCED_SECONDS, MAX_ANNOUNCING_CHATS = 600.0, 10_000
# Several threads would mask no faster, but leave the event loop a smaller share of the processor.
_one_thread = ThreadPoolExecutor(1, "masking")
_announced: OrderedDict[str, tuple[float, str]] = OrderedDict()


async def without_personal_data(text: str, *languages: str | None, chat: str | None = None) -> str:
    """As much of a text as Rasa reads, with placeholders in the first known language instead of personal data.

    In a chat, it may be what the message before announced; only the announcing words are kept in between.
    """
    language, before = next((one for one in languages if one), None), _take(chat)
    if len(text) <= MAX_INLINE_CHARACTERS:
        kept = _prepared(text, language, before)
    else:
        work = partial(copy_context().run, charged(_prepared), text, language, before)
        kept = await asyncio.get_running_loop().run_in_executor(_one_thread, work)
    _keep(chat, announcement(kept))
    return kept


@contextmanager
def until_stored(chat: str | None) -> Iterator[None]:
    """Around masking and storing a message: if either fails, a retry still knows what the one before announced."""
    before = _announced.get(chat) if chat else None
    try:
        yield
    except BaseException:
        if chat and before:
            _announced[chat] = before
        raise


def _prepared(text: str, language: str | None, before: str | None) -> str:
    kept = masked(text, language, MAX_READ_CHARACTERS, before=before)
    if len(text) > MAX_READ_CHARACTERS:
        # Placeholders may be shorter than what they replace, but Rasa has to see that there was more, since it says so.
        kept = kept.ljust(MAX_READ_CHARACTERS + 1, CUT)
    return kept[: MAX_READ_CHARACTERS + 1]


def _take(chat: str | None) -> str | None:
    at, words = _announced.pop(chat, (0.0, "")) if chat else (0.0, "")
    return words if words and time.monotonic() - at < MAX_ANNOUNCED_SECONDS else None


def _keep(chat: str | None, words: str) -> None:
    if not chat or not words:
        return
    _announced[chat] = time.monotonic(), words
    if len(_announced) > MAX_ANNOUNCING_CHATS:
        _announced.popitem(last=False)


def load() -> None:
    """Loads the data that masking needs, so that the first message does not have to wait for it."""
    masked("Lade Frau A. Beispiel, Nr. 12 3456, +49 30 123456.", DEFAULT)
