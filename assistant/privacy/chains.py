"""Lists of names: what may come between them, and which words go on with one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.privacy.reader import Reader
from assistant.privacy.text import Span
from assistant.privacy.words import words

# What may come between the names of a list: an age, a comma, a word for "and" (checked apart).
YEARS = (
    r"Jahre alt|Jahre|Jahr|J\.|years old|years|yrs|yo|y|ans|yaşında|yaş|років|роки|рік|лет|года|год|г\.|años"
    r"|سنوات|سنة|ساله|سال"
)
AGE = rf"(?:\s?[(,،]?\s?\d{{1,2}}\s?(?:{YEARS})?\s?\)?|\s\([^()\n\x00]{{1,20}}\))?"
BETWEEN = re.compile(rf"{AGE}\s{{0,2}}[,،;/&+]?\s{{0,2}}(?:([^\W\d_]{{1,5}})\s)?")
WITH_AGE = re.compile(r"\s?[(,،]\s?\d{1,2}(?!\d|[.:]\d)")
MOST_IN_CHAIN = 12


def chained(reader: Reader, index: int, after: int, capitals: bool, strange: bool = False) -> Iterator[Span]:
    """A name, and those that follow it after an age, a comma or "and"."""
    yield reader.span(index, after)
    for _ in range(MOST_IN_CHAIN):
        following = next_in_chain(reader, reader.chunks[after - 1].end)
        if following is None or not reader.is_name(following):
            return
        chunk = reader.chunks[following]
        aged = WITH_AGE.match(reader.text, chunk.end) is not None
        spelt = capitals and chunk.capital and not chunk.caseless and not reader.shouted
        closed = not reader.german or reader.ends_like_name(reader.name_end(following))
        unlisted = strange and reader.is_strange(following)
        if not (reader.is_given(following) or aged or unlisted or (spelt and closed)):
            return
        after = reader.name_end(following)
        if reader.is_public(following, after):
            return
        yield reader.span(following, after)


def with_chain(reader: Reader, index: int, after: int) -> Iterator[Span]:
    """A name that nothing introduces, and those around it in a list; nothing if it is public."""
    if not reader.is_public(index, after):
        yield from _before(reader, index)
        yield from chained(reader, index, after, capitals=False)


def _before(reader: Reader, index: int) -> Iterator[Span]:
    """The given name before another: "Davit und Nana"."""
    joined = index > 1 and reader.chunks[index - 1].lower in words().conjunctions
    before = index - 2 if joined else index - 1
    if before < 0 or not reader.is_given(before) or not is_written_as_name(reader, before):
        return
    if not reader.chunks[before].caseless and next_in_chain(reader, reader.chunks[before].end) == index:
        yield reader.span(before, before + 1)


def next_in_chain(reader: Reader, end: int) -> int | None:
    """The chunk that goes on with a list which has a name that ends here."""
    match = BETWEEN.match(reader.text, end)
    if not match or match.end() == end:
        return None
    joint = reader.text[end : match.end()]
    if match[1] and match[1].lower() in words().conjunctions:
        return reader.chunk_at.get(match.end())
    stop = match.start(1) if match[1] else match.end()
    following = reader.chunk_at.get(stop)
    glued = following is not None and reader.chunks[following].caseless
    return following if glued or any(char in joint for char in ",،;/&+(") else None


def is_written_as_name(reader: Reader, index: int) -> bool:
    """Whether a chunk has a capital and may be a name."""
    return reader.chunks[index].capital and reader.is_name(index)
