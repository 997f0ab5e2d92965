"""Finds people's names by the words that introduce them: "my name is", "meine Kinder", a field of a form."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import cast

from assistant.privacy.chains import WITH_AGE, chained, is_written_as_name, next_in_chain
from assistant.privacy.reader import APOSTROPHES, Reader
from assistant.privacy.text import Span

LINK = re.compile(r"[\s:=,،(\"„“”«'–-]{1,4}")
COLON, BLANK = re.compile(r"\s?[:=：]\s?"), re.compile(r"[ ]")
# "Mein Sohn, geb. 12.3.2015, Hamza": by then, the date has been found and is blanked.
BIRTH_BETWEEN = re.compile(
    r"[\s,(]{1,3}(?:geb\.?|geboren|born|née?|doğumlu|народ\w{2,6}|род\w{2,5})(?:\s(?:am|on|le))?[\s:]{1,2}\x00{4,40}(?=[\s,)])"
)
SPEAKERS = {"speaking", "hier", "here", "ben", "هستم", "ici", "aquí"}
COPULAS = {"sind", "are", "is", "ist", "sont", "son", "це", "это", "هم"}
OF, NAME_OF = {"von", "of", "de"}, {"اسم", "نام", "واسم"}


def _introduced(reader: Reader) -> Iterator[Span]:
    for _, _, end in reader.phrases("introductions"):
        index = reader.chunk_after(end, LINK)
        after = reader.certain_name_end(index)
        if index is not None and after is not None:
            yield from chained(reader, index, after, capitals=not reader.german)


def _introduced_weakly(reader: Reader) -> Iterator[Span]:
    for first, _, end in reader.phrases("weak_introductions"):
        if reader.words[first].lower == "im" and not reader.begins_line(reader.words[first].start):
            continue
        index = reader.chunk_after(end, LINK)
        colon = COLON.match(reader.text, end)
        after = reader.certain_name_end(index) if colon else reader.known_or_full_name_end(index)
        if after is None:
            after = unknown_name_end(reader, index)
        if index is not None and after is not None and not reader.is_public(index, after):
            yield from chained(reader, index, after, capitals=False)


def unknown_name_end(reader: Reader, index: int | None) -> int | None:
    """The end of a name that is on no list, such as "Xemal" after "ich bin", judging by how it is spelt."""
    if index is None or not reader.is_unknown(index):
        return None
    after = reader.name_end(index)
    speaks = after < len(reader.chunks) and reader.chunks[after].lower in SPEAKERS
    return after if speaks or reader.ends_like_name(after) else None


def _introduced_by_capital(reader: Reader) -> Iterator[Span]:
    if reader.german:
        return
    for _, _, end in reader.phrases("capital_introductions"):
        index = reader.chunk_after(end, LINK)
        after = reader.capital_name_end(index)
        if index is not None and after is not None and not reader.is_public(index, after):
            yield from chained(reader, index, after, capitals=True)


def _in_fields(reader: Reader) -> Iterator[Span]:
    for first, _, end in reader.phrases("fields"):
        after_colon = reader.chunk_after(end, COLON)
        if after_colon is None and not reader.begins_line(reader.words[first].start):
            continue
        index = after_colon if after_colon is not None else reader.chunk_after(end, LINK)
        after = reader.certain_name_end(index) if after_colon is not None else reader.known_or_full_name_end(index)
        if index is not None and after is not None and reader.chunks[index].start > end:
            yield reader.span(index, after)


def _related(reader: Reader) -> Iterator[Span]:
    for first, after_phrase, end in reader.phrases("relations"):
        capitals = not reader.german and reader.has_possessive(first) and not reader.has_german_possessive(first)
        naming = reader.phrase_at("naming", after_phrase)
        if naming is None and reader.asks_for_name(first, after_phrase):
            naming = after_phrase + 1
        if naming is not None:
            end = reader.words[naming - 1].end
        if birth := BIRTH_BETWEEN.match(reader.text, end):
            end = birth.end()
        index = _past_titles(reader, reader.chunk_after(end, LINK))
        if naming is None and reader.has_possessive(first) and _are_strange(reader, index):
            yield from chained(reader, cast(int, index), cast(int, index) + 1, capitals=True, strange=True)
            continue
        after = reader.certain_name_end(index) if naming is not None else reader.probable_name_end(index, capitals)
        if COLON.match(reader.text, end) and reader.known_or_full_name_end(index) is not None:
            yield from chained(reader, cast(int, index), cast(int, after), capitals=False)
            continue
        if not reader.has_possessive(first) and (index is None or not reader.is_given(index)):
            index, after = _of(reader, after_phrase)
        if index is not None and after is not None and not reader.is_public(index, after):
            yield from chained(reader, index, after, capitals or naming is not None)


def _are_strange(reader: Reader, index: int | None) -> bool:
    """Whether two words of no language follow, joined as in a list: "my kids xemal and rufo"."""
    if index is None or not reader.is_strange(index):
        return False
    following = next_in_chain(reader, reader.chunks[index].end)
    return following is not None and reader.is_strange(following)


def _of(reader: Reader, position: int) -> tuple[int | None, int | None]:
    """A name after "the son of" and its end, given the word that may be "of"."""
    if position >= len(reader.words) or reader.words[position].lower not in OF:
        return None, None
    index = reader.chunk_after(reader.words[position].end, BLANK)
    return index, reader.known_or_full_name_end(index)


def _genitive(reader: Reader) -> Iterator[Span]:
    """ "Fatmata Kamara's son"."""
    for index, chunk in enumerate(reader.chunks):
        if chunk.lower != "s" or index < 2 or reader.text[chunk.start - 1] not in APOSTROPHES or reader.shouted:
            continue
        first = index - 1
        while first and reader.follows(first) and is_written_as_name(reader, first - 1):
            first -= 1
        position = bisect_left(reader.words, chunk.end, key=lambda word: word.start)
        related = reader.phrase_at("relations", position) is not None
        if related and first < index - 1 and not reader.is_public(first, index):
            yield reader.span(first, index)


def _related_by_ending(reader: Reader) -> Iterator[Span]:
    """ "ابني يوسف", "oğlum Baran": words for relatives that say whose they are."""
    for first, after_phrase, end in reader.phrases("own_relations"):
        naming = reader.phrase_at("naming", after_phrase)
        if naming is not None:
            end = reader.words[naming - 1].end
        named = naming is not None or (first > 0 and reader.words[first - 1].lower in NAME_OF)
        index = reader.chunk_after(end, LINK)
        after = reader.certain_name_end(index) if named else reader.probable_name_end(index, capitals=True)
        if index is not None and after is not None and not reader.is_public(index, after):
            yield from chained(reader, index, after, capitals=True)


def _past_titles(reader: Reader, index: int | None) -> int | None:
    """The chunk after the titles that begin at a chunk, as in "notre avocat, Me Klein"."""
    if index is None:
        return None
    first = reader.skip_titles(index)
    return index if first >= len(reader.chunks) or first == reader.skip_degrees(index) else first


def _listed(reader: Reader) -> Iterator[Span]:
    """ "Kinder: Ahmad (12), Yusuf (9)", "my children are Parwana and Omid"."""
    for _, after_phrase, end in reader.phrases("lists"):
        naming = reader.phrase_at("naming", after_phrase)
        if naming is None and after_phrase < len(reader.words) and reader.words[after_phrase].lower in COPULAS:
            naming = after_phrase + 1
        colon = naming is not None or COLON.match(reader.text, end) is not None
        if naming is not None:
            end = reader.words[naming - 1].end
        index = reader.chunk_after(end, LINK)
        if index is None or not reader.is_name(index):
            continue
        aged = WITH_AGE.match(reader.text, reader.chunks[index].end) is not None
        spelt = reader.chunks[index].capital and not reader.chunks[index].caseless and not reader.german
        if reader.is_given(index) or (colon and (aged or spelt)):
            yield from chained(reader, index, reader.name_end(index), capitals=True)


INTRODUCED = (
    _introduced,
    _introduced_weakly,
    _introduced_by_capital,
    _in_fields,
    _related,
    _related_by_ending,
    _genitive,
    _listed,
)
