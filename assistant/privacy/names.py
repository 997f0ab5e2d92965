"""Finds people's names by the words that introduce them.

No list has every name, so a name that nothing introduces is left alone, as are those of office holders.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.privacy.text import Phrases, Span, Word, words_of
from assistant.privacy.words import words

HYPHENS = "-'’`ʼ"
LINK = re.compile(r"[\s:=,(\"„“”'–-]{1,4}")
CHAIN = re.compile(r"\s?(?:,\s?(?:und|and)?|\bund\b|\band\b|&)\s")
COLON = re.compile(r"\s?[:=]\s?")
AFTER = re.compile(r"\s?[,).!?;:&\n]|\s*$")
LINE_END = re.compile(r"[ .!,]{0,3}(?:\n|$)")
CLOSED = re.compile(r"[\s,.!:-]{1,6}")
CLOSED_WEAKLY = re.compile(r"[\s,.!]{1,6}")
LOWER_TITLES = {"herr", "herrn", "mr", "mrs", "ms"}
# First words of the English phrases among the weak introductions: "I am", "call me".
ENGLISH_INTRODUCTIONS = {"i", "call"}
# A lower-case word before one of these is a name: "mein vater kamran lebt hier".
VERBS_AFTER_NAMES = {"lebt", "wohnt", "wartet", "lives", "waits"}
# "Syrian", "Sudanese", "Turkish": endings of English words for peoples.
ENDINGS_OF_PEOPLES = ("ian", "ean", "ese", "ish", "can")
# "The Berlin family office" is no family's.
AFTER_FAMILY = {"assistance", "centre", "center", "office", "programme", "program", "reunification", "team", "visa"}
BLANK = re.compile(r"[ ]")
BEFORE_LOWER_FRAU = {"mit", "von", "bei", "an", "liebe", "hallo", "zu", "für", "dass", "hat", "geehrte"}
BEFORE_WOMAN = {"die", "eine", "keine", "als", "der", "einer", "jede", "diese"}
MOST_CHUNKS, LONGEST_ACRONYM, MOST_IN_CHAIN, MOST_DEGREES = 4, 5, 6, 3
FEWEST_TITLE_CASE_WORDS = 4


@dataclass(frozen=True)
class Chunk:
    """A word, or several joined by hyphens; `lower` has only one sort of hyphen."""

    start: int
    end: int
    lower: str
    capital: bool


class Reader:
    """A text being searched for names; chunks are referred to by index."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = words_of(text)
        # If every word is capitalised, capitals mean nothing.
        self.shouted = text.isupper() or _is_title_case(text, self.words)
        self.chunks = _chunks(text, self.words)
        self.chunk_at = {chunk.start: index for index, chunk in enumerate(self.chunks)}

    def phrases(self, name: str) -> Iterator[tuple[int, int, int]]:
        """Each introducing phrase: the index of its first word, of the word after it, and where it ends."""
        found: Phrases = words().phrases[name]
        for first, after in found.all_in(self.text, self.words):
            yield first, after, self.words[after - 1].end

    def is_name(self, index: int) -> bool:
        """Whether a chunk could be a name at all, whatever its case."""
        chunk = self.chunks[index]
        if any(char.isdigit() for char in chunk.lower) or not words().may_be_name(chunk.lower):
            return False
        acronym = self.text[chunk.start : chunk.end].isupper() and 1 < chunk.end - chunk.start <= LONGEST_ACRONYM
        return self.shouted or not acronym or chunk.lower in words().given_names

    def is_given(self, index: int) -> bool:
        """Whether a chunk is a known given name."""
        return self.chunks[index].lower in words().given_names

    def follows(self, index: int) -> bool:
        """Whether only a space separates a chunk from the one before."""
        before, chunk = self.chunks[index - 1], self.chunks[index]
        between = self.text[before.end : chunk.start]
        return between == " " or (
            between == ". " and (before.end - before.start == 1 or before.lower in words().degrees)
        )

    def name_end(self, index: int) -> int:
        """The index after the last chunk of the name that begins at a chunk."""
        after, capital = index + 1, self.chunks[index].capital or self._particle(index)
        most = MOST_CHUNKS if capital else 2
        while after < len(self.chunks) and after - index < most and self.follows(after):
            if self.chunks[after].capital != capital and not self._particle(after):
                break
            if not self.is_name(after) and not self._particle(after):
                break
            if not capital and self.chunks[after].lower.endswith("en") and not self.is_given(after):
                break  # probably a German verb: "meine tochter leyla warten"
            after += 1
        return after

    def _particle(self, index: int) -> bool:
        following = index + 1
        if self.chunks[index].lower not in words().particles or following >= len(self.chunks):
            return False
        return self.follows(following) and self.chunks[following].capital and self.is_name(following)

    def skip_degrees(self, index: int) -> int:
        """The index of the first chunk that is not a degree such as "Dr."."""
        last = min(len(self.chunks), index + MOST_DEGREES)
        return next((i for i in range(index, last) if self.chunks[i].lower not in words().degrees), last)

    def chunk_after(self, end: int, link: re.Pattern[str]) -> int | None:
        """The index of the chunk that follows a place, if only a link separates them."""
        match = link.match(self.text, end)
        return self.chunk_at.get(match.end()) if match else None

    def certain_name_end(self, index: int | None) -> int | None:
        """The end (an index) of a name that is certainly introduced, or None if there is no name."""
        if index is None or (first := self.skip_degrees(index)) >= len(self.chunks):
            return None
        if not self.is_name(first) and not self._particle(first):
            return None
        return self.name_end(first)

    def probable_name_end(self, index: int | None, english: bool) -> int | None:
        """The end of a name that is only probably introduced: a known one, or one spelt and followed like a name.

        In English a capital is enough, since nouns have none; in lower case it takes a verb after it.
        """
        if index is None or (after := self.certain_name_end(index)) is None:
            return None
        first = self.skip_degrees(index)
        if self.is_given(first):
            return after
        written = [chunk for chunk in self.chunks[first:after] if chunk.capital]
        if self.shouted or self._has_von(first, after):
            return None
        if not self.chunks[first].capital:
            return first + 1 if self._precedes_verb(first) else None
        if english:
            return after
        return after if len(written) > 1 or self.ends_like_name(after) else None

    def _precedes_verb(self, index: int) -> bool:
        after = index + 1
        return after < len(self.chunks) and self.follows(after) and self.chunks[after].lower in VERBS_AFTER_NAMES

    def _has_von(self, first: int, after: int) -> bool:
        """ "Opfer von Menschenhandel" is spelt like a name, so "von" rules one out."""
        return any(chunk.lower == "von" for chunk in self.chunks[first:after])

    def known_or_full_name_end(self, index: int | None) -> int | None:
        """The end of a name that is known, or that has two words and is followed like a name."""
        if index is None or (after := self.certain_name_end(index)) is None:
            return None
        if self.is_given(index):
            return after
        whole = (
            self.chunks[index].capital and after - index > 1 and not self.shouted and not self._has_von(index, after)
        )
        return after if whole and self.ends_like_name(after) else None

    def english_name_end(self, index: int | None) -> int | None:
        """The end of an English name after "I am" if "from", "and" or a stop comes next; not "I am Syrian"."""
        if index is None or (after := self.certain_name_end(index)) is None or self.shouted:
            return None
        chunk = self.chunks[index]
        foreign = chunk.lower.endswith(ENDINGS_OF_PEOPLES) or not chunk.capital
        return after if not foreign and self.ends_like_name(after) else None

    def ends_like_name(self, after: int) -> bool:
        """Whether a name is followed by a stop, a bracket or a word such as "ist"."""
        if AFTER.match(self.text, self.chunks[after - 1].end):
            return True
        return after < len(self.chunks) and self.chunks[after].lower in words().after_names

    def span(self, index: int, after: int) -> Span:
        """The span of a name, from one chunk up to but not including another."""
        return Span(self.chunks[index].start, self.chunks[after - 1].end, "name")

    def is_public(self, index: int, after: int) -> bool:
        """Whether a name is an office holder's."""
        public = words().public
        whole = " ".join(chunk.lower for chunk in self.chunks[index:after])
        return self.chunks[after - 1].lower in public["surnames"] or any(name in whole for name in public["persons"])

    def has_possessive(self, first: int) -> bool:
        """Whether "mein", "my" … precedes a word, with at most one word in between."""
        return any(word.lower in words().possessives for word in self.words[max(0, first - 2) : first])

    def asks_for_name(self, first: int, after: int) -> bool:
        """Whether a relation is part of "the name of my son is"."""
        copula = after < len(self.words) and self.words[after].lower in ("ist", "is", "lautet")
        return copula and any(word.lower in ("name", "names") for word in self.words[max(0, first - 3) : first])

    def begins_line(self, start: int) -> bool:
        """Whether only blanks or bullets precede a place in its line."""
        return not self.text[self.text.rfind("\n", 0, start) + 1 : start].strip(" -*•")


def _is_title_case(text: str, parts: list[Word]) -> bool:
    long = [word for word in parts if word.end - word.start > 2]
    return len(long) >= FEWEST_TITLE_CASE_WORDS and all(text[word.start].isupper() for word in long)


def _chunks(text: str, parts: list[Word]) -> list[Chunk]:
    chunks: list[Chunk] = []
    end_before = -2
    for word in parts:
        joined = word.start == end_before + 1 and text[end_before] in HYPHENS and chunks
        if joined:
            before = chunks.pop()
            chunks.append(Chunk(before.start, word.end, f"{before.lower}-{word.lower}", before.capital))
        else:
            chunks.append(Chunk(word.start, word.end, word.lower, text[word.start].isupper()))
        end_before = word.end
    return [_recased(text, chunk) for chunk in chunks]


def _recased(text: str, chunk: Chunk) -> Chunk:
    """ "al-Masri" counts as capitalised too, and so does any script without capitals, such as Arabic."""
    caseless = text[chunk.start].isalpha() and text[chunk.start].lower() == text[chunk.start].upper()
    inner = "-" in chunk.lower and any(char.isupper() for char in text[chunk.start : chunk.end])
    return Chunk(chunk.start, chunk.end, chunk.lower, chunk.capital or inner or caseless)


def names(text: str) -> Iterator[Span]:
    """People's names, found by every way a text may introduce them."""
    reader = Reader(text)
    for find in (_introduced, _in_fields, _related, _in_roles, _with_title, _families, _signed, _speaking, _full):
        yield from find(reader)


def _introduced(reader: Reader) -> Iterator[Span]:
    for _, _, end in reader.phrases("introductions"):
        index = reader.chunk_after(end, LINK)
        after = reader.certain_name_end(index)
        if index is not None and after is not None:
            yield from _chained(reader, index, after, capitals=False)
    for first, _, end in reader.phrases("weak_introductions"):
        index = reader.chunk_after(end, LINK)
        colon = COLON.match(reader.text, end)
        after = reader.certain_name_end(index) if colon else reader.known_or_full_name_end(index)
        if after is None and reader.words[first].lower in ENGLISH_INTRODUCTIONS:
            after = reader.english_name_end(index)
        if index is not None and after is not None and not reader.is_public(index, after):
            yield reader.span(index, after)


def _in_fields(reader: Reader) -> Iterator[Span]:
    for first, _, end in reader.phrases("fields"):
        if not reader.begins_line(reader.words[first].start):
            continue
        after_colon = reader.chunk_after(end, COLON)
        index = after_colon if after_colon is not None else reader.chunk_after(end, LINK)
        after = reader.certain_name_end(index) if after_colon is not None else reader.known_or_full_name_end(index)
        if index is not None and after is not None and reader.chunks[index].start > end:
            yield reader.span(index, after)


def _related(reader: Reader) -> Iterator[Span]:
    for first, after_phrase, end in reader.phrases("relations"):
        english = reader.words[max(0, first - 1)].lower in {"my", "our", "his", "her", "their"}
        naming = words().phrases["naming"].at(reader.text, reader.words, after_phrase)
        if naming is None and reader.asks_for_name(first, after_phrase):
            naming = after_phrase + 1
        if naming is not None:
            end = reader.words[naming - 1].end
        index = reader.chunk_after(end, LINK)
        after = reader.certain_name_end(index) if naming is not None else reader.probable_name_end(index, english)
        if not reader.has_possessive(first) and (index is None or not reader.is_given(index)):
            continue
        if index is not None and after is not None and not reader.is_public(index, after):
            yield from _chained(reader, index, after, english)


def _chained(reader: Reader, index: int, after: int, capitals: bool) -> Iterator[Span]:
    """A name, and those that follow it after a comma or "and"."""
    yield reader.span(index, after)
    for _ in range(MOST_IN_CHAIN):
        link = CHAIN.match(reader.text, reader.chunks[after - 1].end)
        following = reader.chunk_at.get(link.end()) if link else None
        if following is None or not reader.is_name(following):
            return
        if not reader.is_given(following) and not (capitals and reader.chunks[following].capital):
            return
        after = reader.name_end(following)
        yield reader.span(following, after)


def _in_roles(reader: Reader) -> Iterator[Span]:
    for _, _, end in reader.phrases("roles"):
        index = reader.chunk_after(end, LINK)
        after = reader.known_or_full_name_end(index)
        if index is not None and after is not None and not reader.is_public(index, after):
            yield reader.span(index, after)


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
        capital = reader.chunks[first].capital or reader.chunks[first].lower in words().particles
        if not capital and reader.text[word.start].isupper() and not reader.shouted:
            continue
        if not capital:
            after = first + 1
        if not reader.is_public(first, after):
            yield reader.span(index, after)


def _is_title(reader: Reader, position: int) -> bool:
    word = reader.words[position]
    capital = reader.text[word.start].isupper()
    before = reader.words[position - 1].lower if position else ""
    if word.lower == "frau":
        if before in words().possessives or before in BEFORE_WOMAN:
            return False
        return capital or before in BEFORE_LOWER_FRAU
    if word.lower in words().degrees:
        return word.lower in ("dr", "prof") and before not in words().titles and before != "frau"
    return word.lower in words().titles and (capital or word.lower in LOWER_TITLES)


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
        if reader.chunks[index].capital and reader.is_name(index) and not lower.endswith(ENDINGS_OF_PEOPLES):
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
    if not weak or "\n" in between or apart or reader.is_given(first):
        yield reader.span(index, after)


def _speaking(reader: Reader) -> Iterator[Span]:
    """ "Mehmet Aydın speaking", "Olena hier"."""
    for index, chunk in enumerate(reader.chunks):
        if not index or chunk.lower not in ("speaking", "hier", "here") or not reader.follows(index):
            continue
        first = index - 1
        while first and index - first < MOST_CHUNKS and reader.follows(first) and reader.chunks[first - 1].capital:
            first -= 1
        known = reader.is_given(first) or (chunk.lower == "speaking" and reader.begins_line(reader.chunks[first].start))
        if known and all(reader.chunks[i].capital and reader.is_name(i) for i in range(first, index)):
            yield reader.span(first, index)


def _full(reader: Reader) -> Iterator[Span]:
    """A known given name followed by a surname, anywhere in the text."""
    if reader.shouted:
        return
    for index, chunk in enumerate(reader.chunks):
        if not chunk.capital or not reader.is_given(index):
            continue
        after = reader.name_end(index)
        if after - index > 1 and not reader.is_public(index, after):
            yield reader.span(index, after)
