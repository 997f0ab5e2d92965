"""Finds people's names by where they stand: after a title, below a letter, before "speaking", or by the list."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.privacy.chains import is_written_as_name, with_chain
from assistant.privacy.introduced import BLANK, LINK, SPEAKERS, unknown_name_end
from assistant.privacy.reader import Reader
from assistant.privacy.text import Span
from assistant.privacy.words import words

LINE_END = re.compile(r"[ .!,،]{0,3}(?:\n|$)")
CLOSED, CLOSED_WEAKLY = re.compile(r"[\s,،.!:-]{1,6}"), re.compile(r"[\s,،.!]{1,6}")
GREETED, AFTER_ASIDE = re.compile(r"(?:^|[\n,،.!?])\s{0,2}$"), re.compile(r"\s?[,،(]")
BORN = re.compile(r"[\s,،(*]{1,3}(?:geb\.?|geboren|born|né|née|nacid[oa]|doğumlu|народ\w{2,6}|род\w{2,5}|\*)[\s:.]")
LOWER_TITLES = {"herr", "herrn", "mr", "mrs", "ms", "пан", "пані", "господин", "госпожа", "señor", "señora"}
# "The Berlin family office" is no family's.
AFTER_FAMILY = {"assistance", "centre", "center", "office", "programme", "program", "reunification", "team", "visa"}
BEFORE_LOWER_FRAU = {"mit", "von", "bei", "an", "liebe", "hallo", "zu", "für", "dass", "hat", "geehrte"}
BEFORE_WOMAN = {"die", "eine", "keine", "als", "der", "einer", "jede", "diese"}
PARENTS = {"أم", "ام", "أبو", "ابو"}
PRONOUNS = {"ich", "i", "я", "je", "ben", "yo", "أنا", "انا", "من"}
PEOPLES = ("ian", "ean", "ese", "ish", "can")
MOST_SPEAKING, SHORTEST = 4, 2
ACTIONS = {"wants", "needs", "said", "says", "told", "lives", "has", "is", "was", "will", "can", "speaks", "waits"}
TOWARDS = {"with", "call", "ask", "tell", "told", "meet", "met", "contact", "named", "called", "under"}


def _in_roles(reader: Reader) -> Iterator[Span]:
    for _, _, end in reader.phrases("roles"):
        index = reader.chunk_after(end, LINK)
        after = reader.known_or_full_name_end(index)
        if index is not None and after is None and _says_something(reader, index):
            after = index + 1
        if index is not None and after is not None and not reader.is_public(index, after):
            yield reader.span(index, after)


def _says_something(reader: Reader, index: int) -> bool:
    """Whether a capital word that may be a name is followed by a verb: "Solicitor Hofstätter says"."""
    verb = index + 1 < len(reader.chunks) and reader.follows(index + 1)
    spelt = is_written_as_name(reader, index) and not reader.chunks[index].caseless and not reader.shouted
    return verb and spelt and reader.chunks[index + 1].lower in words().after_names


def _with_title(reader: Reader) -> Iterator[Span]:
    for position, word in enumerate(reader.words):
        if not _is_title(reader, position):
            continue
        dot = 1 if reader.text[word.end : word.end + 1] == "." else 0
        index = reader.chunk_after(word.end + dot, BLANK)
        after = reader.certain_name_end(index)
        if index is None or after is None:
            continue
        first = reader.skip_degrees(index)
        if reader.chunks[first].end - reader.chunks[first].start < SHORTEST:
            continue
        capital = reader.chunks[first].capital or reader.chunks[first].lower in words().particles
        if reader.chunks[first].caseless:
            after = reader.name_end(first)
        if not capital and reader.text[word.start].isupper() and not reader.shouted:
            continue
        if not capital:
            after = first + 1
        if not reader.is_public(first, after):
            yield reader.span(index, after)


def _is_title(reader: Reader, position: int) -> bool:
    word = reader.words[position]
    letter = reader.text[word.start]
    capital = letter.isupper() or letter.lower() == letter.upper()
    before = reader.words[position - 1].lower if position else ""
    if word.lower == "frau":
        if before in words().german_possessives or before in BEFORE_WOMAN:
            return False
        return capital or before in BEFORE_LOWER_FRAU
    if word.lower in words().degrees:
        return word.lower in ("dr", "prof") and before not in words().titles and before != "frau"
    return word.lower in words().titles and (capital or word.lower in LOWER_TITLES)


def _behind_title(reader: Reader) -> Iterator[Span]:
    """ "Schröder Hanım"."""
    for index, chunk in enumerate(reader.chunks):
        if not index or chunk.lower not in words().titles_behind or not reader.follows(index) or not chunk.capital:
            continue
        if is_written_as_name(reader, index - 1) and not reader.chunks[index - 1].caseless:
            yield reader.span(index - 1, index)


def _families(reader: Reader) -> Iterator[Span]:
    for position, word in enumerate(reader.words):
        if word.lower == "familie" and not reader.has_possessive(position):
            index = reader.chunk_after(word.end, BLANK)
            if index is not None and reader.chunks[index].capital and reader.is_name(index):
                yield reader.span(index, reader.name_end(index))
    for following, chunk in enumerate(reader.chunks):
        index = following - 1
        if chunk.lower != "family" or following < 2 or reader.chunks[following - 2].lower != "the":
            continue
        if following + 1 < len(reader.chunks) and reader.chunks[following + 1].lower in AFTER_FAMILY:
            continue
        lower = reader.chunks[index].lower
        if reader.chunks[index].capital and reader.is_name(index) and not lower.endswith(PEOPLES):
            yield reader.span(index, following)


def _signed(reader: Reader) -> Iterator[Span]:
    for _, _, end in reader.phrases("closings"):
        yield from _signature(reader, end, CLOSED, weak=False)
    for _, _, end in reader.phrases("weak_closings"):
        yield from _signature(reader, end, CLOSED_WEAKLY, weak=True)


def _signature(reader: Reader, end: int, link: re.Pattern[str], weak: bool) -> Iterator[Span]:
    index = reader.chunk_after(end, link)
    after = reader.certain_name_end(index)
    if index is None or after is None or not LINE_END.match(reader.text, reader.chunks[after - 1].end):
        return
    lower = reader.chunks[index].lower
    first = reader.skip_degrees(index)
    if lower in words().towns or not (reader.chunks[first].capital or reader.is_given(first)):
        return
    between = reader.text[end : reader.chunks[index].start]
    apart = after - first > 1 and between.strip() != ""
    comma = any(char in between for char in ",،") and not reader.german and not reader.chunks[first].caseless
    if not weak or "\n" in between or apart or comma or reader.is_given(first):
        yield reader.span(index, after)


def _speaking(reader: Reader) -> Iterator[Span]:
    """ "Mehmet Aydın speaking", "Olena hier"."""
    for index, chunk in enumerate(reader.chunks):
        my_name = chunk.lower == "mein" and index + 1 < len(reader.chunks) and reader.chunks[index + 1].lower == "name"
        if not index or not (chunk.lower in SPEAKERS or my_name) or not reader.follows(index):
            continue
        first = index - 1
        while (
            first and index - first < MOST_SPEAKING and reader.follows(first) and is_written_as_name(reader, first - 1)
        ):
            first -= 1
        while first < index and reader.chunks[first].caseless and not reader.is_given(first):
            first += 1
        if first < index and _is_speaker(reader, first, index):
            yield reader.span(first, index)


def _is_speaker(reader: Reader, first: int, index: int) -> bool:
    if not all(is_written_as_name(reader, i) for i in range(first, index)):
        return False
    if reader.is_given(first):
        return True
    begins = GREETED.search(reader.text, 0, reader.chunks[first].start) is not None
    stop = reader.chunks[index].lower == "speaking" or reader.ends_like_name(index + 1)
    if reader.chunks[index].lower == "mein":
        return index - first > 1
    if reader.german and unknown_name_end(reader, first) is None and reader.chunks[index].lower != "speaking":
        return False
    return begins and stop and not reader.shouted and not reader.chunks[first].caseless


def _aside(reader: Reader) -> Iterator[Span]:
    """ "Ich, Nguyễn Thị Hương, möchte …"."""
    for position, word in enumerate(reader.words[:-1]):
        if word.lower not in PRONOUNS or reader.text[word.end : word.end + 2] not in (", ", "، "):
            continue
        index = reader.chunk_at.get(reader.words[position + 1].start)
        after = reader.known_or_full_name_end(index)
        if index is not None and after is not None and AFTER_ASIDE.match(reader.text, reader.chunks[after - 1].end):
            yield reader.span(index, after)


def _born(reader: Reader) -> Iterator[Span]:
    """ "Nazanin Karimi, geb. …": two words spelt as a name before a word about birth."""
    if reader.shouted:
        return
    for index in range(len(reader.chunks)):
        if index and reader.follows(index) and is_written_as_name(reader, index - 1):
            continue
        if not is_written_as_name(reader, index) or reader.chunks[index].caseless:
            continue
        after = reader.name_end(index)
        if after - index > 1 and BORN.match(reader.text, reader.chunks[after - 1].end):
            yield reader.span(index, after)


def _known(reader: Reader) -> Iterator[Span]:
    """A given name that is not an ordinary word, anywhere, with the surname behind it and the names joined to it."""
    if reader.shouted:
        return
    done = 0
    for index, chunk in enumerate(reader.chunks):
        if chunk.start < done or not reader.is_unmistakable(index):
            continue
        for span in with_chain(reader, index, reader.name_end(index)):
            done = span.end
            yield span


def _unknown(reader: Reader) -> Iterator[Span]:
    """Two words in a row that have capitals and are in none of our lists: "Gibrak Bariz"."""
    for index in range(1, len(reader.chunks)):
        first = index - 1
        if not reader.follows(index) or not reader.is_unknown(first) or not reader.is_unknown(index):
            continue
        if first and reader.follows(first) and reader.chunks[first - 1].capital:
            continue
        after = reader.name_end(first)
        if reader.english or reader.ends_like_name(after):
            yield from with_chain(reader, first, after)


def _acting(reader: Reader) -> Iterator[Span]:
    """A word in an English text that has a capital, is in none of our lists and does what people do: "Xemal wants"."""
    if not reader.english:
        return
    for index, chunk in enumerate(reader.chunks):
        if chunk.lower not in ACTIONS or not index or not reader.follows(index) or not reader.is_unknown(index - 1):
            continue
        first = index - 1
        alone = not first or not reader.follows(first) or not reader.chunks[first - 1].capital
        if alone and not reader.is_public(first, index):
            yield reader.span(first, index)
    for index in range(1, len(reader.chunks)):
        if reader.chunks[index - 1].lower in TOWARDS and reader.follows(index) and reader.is_unknown(index):
            after = reader.name_end(index)
            if reader.ends_like_name(after) and not reader.is_public(index, after):
                yield reader.span(index, after)


def _full(reader: Reader) -> Iterator[Span]:
    """A known given name followed by a surname, anywhere in the text; "أم علي"."""
    if reader.shouted:
        return
    done = 0
    for index, chunk in enumerate(reader.chunks):
        if chunk.start < done:
            continue
        followed = index + 1 < len(reader.chunks) and reader.follows(index + 1)
        if chunk.lower in PARENTS and followed and reader.is_given(index + 1):
            yield reader.span(index, index + 2)
        if not chunk.capital or not reader.is_given(index) or not reader.is_name(index):
            continue
        after = reader.name_end(index)
        if after - index > 1:
            for span in with_chain(reader, index, after):
                done = span.end
                yield span


PLACED = (
    _in_roles,
    _with_title,
    _behind_title,
    _families,
    _signed,
    _speaking,
    _aside,
    _born,
    _known,
    _full,
    _unknown,
    _acting,
)
