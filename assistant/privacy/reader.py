"""A text as the finders of names read it: words joined by hyphens, and what may be a name or part of one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.privacy.text import Phrases, Span, Word, words_of
from assistant.privacy.words import words

HYPHENS, APOSTROPHES = "-'’`ʼ", "'’`ʼ"
AFTER = re.compile(r"\s?[,،؛؟)\].!?;:&\n(/\"”“«»-]|\s*$")
# What ends a run of words in a script without capitals.
BREAK = re.compile(r"[^\w\s]|\n|\x00")
# "Chidi's", "Yusuf'un": a short ending behind a name that is not short itself; unlike "O'Brien" and "d'Arc".
LONGEST_ENDING, SHORTEST_WITH_ENDING = 5, 3
ENGLISH_ENDINGS = {"t", "re", "ve", "ll", "m"}
# The first letters of Arabic words for "and", "to", "with", "then", which are written together with the next.
ARABIC_PREFIXES, AND = "ولبفك", "و"
ARABIC_SURNAMES, PERSIAN_SURNAMES = ("ال", "آل", "عبد", "بن", "أبو", "ابو"), ("ی", "زاده", "پور", "نیا", "یان", "ي")
HANGUL = re.compile("[\u1100-\u11ff\uac00-\ud7a3]")
MOST_CHUNKS, MOST_CASELESS, LONGEST_ACRONYM, MOST_DEGREES = 4, 3, 5, 3
FEWEST_TITLE_CASE_WORDS, NEAR_CHARACTERS = 4, 12
# A lower-case word before one of these is a name: "mein vater kamran lebt hier".
VERBS_AFTER_NAMES = {"lebt", "wohnt", "wartet", "lives", "waits"}
# Also before one of these, if it is in none of our lists: "my friend xemal has no money".
COMMON_VERBS = {"ist", "hat", "will", "möchte", "braucht", "is", "has", "wants", "needs", "was", "war"}
SHORTEST_STRANGE, LAST_LATIN = 4, "\u024f"


@dataclass(frozen=True)
class Chunk:
    """A word, or several joined by hyphens; `lower` has only one sort of hyphen.

    `caseless` if its script has no capitals; it counts as written with one.
    """

    start: int
    end: int
    lower: str
    capital: bool
    caseless: bool = False


class Reader:
    """A text being searched for names; chunks are referred to by index."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = words_of(text)
        # If every word is capitalised, capitals mean nothing.
        self.shouted = text.isupper() or _is_title_case(text, self.words)
        # In German, nouns have capitals, too.
        self.german = any(word.lower in words().german for word in self.words)
        self.english = not self.german and any(word.lower in words().english for word in self.words)
        self.chunks = _chunks(text, self.words)
        self.chunk_at = {chunk.start: index for index, chunk in enumerate(self.chunks)}
        self._names: dict[int, bool] = {}

    def phrases(self, name: str) -> Iterator[tuple[int, int, int]]:
        """Each introducing phrase: the index of its first word, of the word after it, and where it ends."""
        found: Phrases = words().phrases[name]
        for first, after in found.all_in(self.text, self.words):
            yield first, after, self.words[after - 1].end

    def phrase_at(self, name: str, position: int) -> int | None:
        """The index of the word after the phrase that begins at a word, or None."""
        return words().phrases[name].at(self.text, self.words, position)

    def is_name(self, index: int) -> bool:
        """Whether a chunk could be a name at all, whatever its case."""
        if index not in self._names:
            self._names[index] = self._may_be_name(index)
        return self._names[index]

    def _may_be_name(self, index: int) -> bool:
        chunk = self.chunks[index]
        if any(char.isdigit() for char in chunk.lower) or not words().may_be_name(chunk.lower):
            return False
        if "-" in chunk.lower and all(len(part) < 2 for part in chunk.lower.split("-")):
            return False
        if chunk.caseless:
            return not HANGUL.match(chunk.lower) and len(chunk.lower) > 1
        acronym = self.text[chunk.start : chunk.end].isupper() and 1 < chunk.end - chunk.start <= LONGEST_ACRONYM
        return self.shouted or not acronym or chunk.lower in words().given_names

    def is_given(self, index: int) -> bool:
        """Whether a chunk is a known given name, or an Arabic one behind a word that is written together with it."""
        chunk = self.chunks[index]
        if chunk.lower in words().in_context and not chunk.capital:
            return False
        known = words().given_names
        return chunk.lower in known or chunk.lower.partition("-")[0] in known or self._has_prefix(index)

    def is_unmistakable(self, index: int) -> bool:
        """Whether a chunk is a known given name, not an ordinary word, and written as a name."""
        chunk = self.chunks[index]
        known = words().unmistakable
        listed = chunk.lower in known or chunk.lower.partition("-")[0] in known
        acronym = self.text[chunk.start : chunk.end].isupper()
        return listed and chunk.capital and not chunk.caseless and not acronym and self.is_name(index)

    def is_unknown(self, index: int) -> bool:
        """Whether a chunk has a capital, is in none of our lists and, in German, is not spelt like a noun."""
        chunk = self.chunks[index]
        if not chunk.capital or self.shouted or not self.is_strange(index) or self._is_people(index):
            return False
        return not self.german or not chunk.lower.endswith(words().noun_endings)

    def is_strange(self, index: int) -> bool:
        """Whether a chunk, in Latin letters, is in none of our lists of words, whatever its case."""
        chunk = self.chunks[index]
        if chunk.lower[0] > LAST_LATIN or not self.is_name(index) or len(chunk.lower) < SHORTEST_STRANGE:
            return False
        return not any(part in words().ordinary or part in words().no_names for part in chunk.lower.split("-"))

    def _has_prefix(self, index: int) -> bool:
        chunk = self.chunks[index]
        if not chunk.caseless or chunk.lower[0] not in ARABIC_PREFIXES or chunk.lower in words().given_names:
            return False
        return chunk.lower[1:] in words().given_names

    def follows(self, index: int) -> bool:
        """Whether only a space separates a chunk from the one before."""
        before, chunk = self.chunks[index - 1], self.chunks[index]
        between = self.text[before.end : chunk.start]
        return between == " " or (
            between == ". " and (before.end - before.start == 1 or before.lower in words().degrees)
        )

    def name_end(self, index: int, certain: bool = False) -> int:
        """The index after the last chunk of the name that begins at a chunk."""
        if self.chunks[index].caseless:
            return self._caseless_end(index, certain)
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

    def _caseless_end(self, index: int, certain: bool) -> int:
        """The end of a name without capitals: the words up to a stop if they are few, else those known as names."""
        last = index + 1
        while last < len(self.chunks) and self.follows(last) and self._may_go_on(last):
            last += 1
        if certain and last - index <= MOST_CASELESS:
            return last
        after = index + 1
        while after < last and after - index < MOST_CHUNKS and self._is_surname(after):
            after += 1
        return after

    def _may_go_on(self, index: int) -> bool:
        return self.chunks[index].caseless and (self.is_name(index) or self._particle(index))

    def _is_surname(self, index: int) -> bool:
        lower = self.chunks[index].lower
        if lower in words().given_names or (lower.startswith(ARABIC_SURNAMES) and len(lower) > 3):
            return True
        return lower.endswith(PERSIAN_SURNAMES) and len(lower) > 3

    def _particle(self, index: int) -> bool:
        following = index + 1
        if self.chunks[index].lower not in words().particles or following >= len(self.chunks):
            return False
        return self.follows(following) and self.chunks[following].capital and self.is_name(following)

    def skip_degrees(self, index: int) -> int:
        """The index of the first chunk that is not a degree such as "Dr."."""
        last = min(len(self.chunks), index + MOST_DEGREES)
        return next((i for i in range(index, last) if self.chunks[i].lower not in words().degrees), last)

    def skip_titles(self, index: int) -> int:
        """The index of the first chunk that is neither a title nor a degree."""
        last = min(len(self.chunks), index + MOST_DEGREES)
        return next((i for i in range(index, last) if not _is_title(self.chunks[i].lower)), last)

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
        return self.name_end(first, certain=True)

    def probable_name_end(self, index: int | None, capitals: bool) -> int | None:
        """The end of a name that is only probably introduced: a known one, or one spelt and followed like a name.

        Where nouns have no `capitals`, a capital is enough; in lower case it takes a verb after it.
        """
        if index is None or (after := self.certain_name_end(index)) is None:
            return None
        first = self.skip_degrees(index)
        if self.is_given(first):
            return self.name_end(first)
        if self.shouted or self._has_von(first, after) or self.chunks[first].caseless:
            return None
        if not self.chunks[first].capital:
            return first + 1 if self._precedes_verb(first) else None
        if capitals:
            return after
        written = [chunk for chunk in self.chunks[first:after] if chunk.capital]
        return after if len(written) > 1 or self.ends_like_name(after) else None

    def _precedes_verb(self, index: int) -> bool:
        after = index + 1
        if after >= len(self.chunks) or not self.follows(after):
            return False
        verb = self.chunks[after].lower
        return verb in VERBS_AFTER_NAMES or (verb in COMMON_VERBS and self.is_strange(index))

    def _has_von(self, first: int, after: int) -> bool:
        """ "Opfer von Menschenhandel" is spelt like a name, so "von" rules one out."""
        return any(chunk.lower == "von" for chunk in self.chunks[first:after])

    def known_or_full_name_end(self, index: int | None) -> int | None:
        """The end of a name that is known, or that has two words and is followed like a name."""
        if index is None or self.certain_name_end(index) is None:
            return None
        first = self.skip_degrees(index)
        after = self.name_end(first)
        if self.is_given(first):
            return after
        if self.shouted or self.chunks[first].caseless or not self.chunks[first].capital:
            return None
        whole = after - first > 1 and not self._has_von(first, after)
        return after if whole and self.ends_like_name(after) else None

    def capital_name_end(self, index: int | None) -> int | None:
        """The end of a name with a capital, where nouns have none: "I am Kwame.", but not "I am Syrian"."""
        if index is None or self.certain_name_end(index) is None:
            return None
        first = self.skip_degrees(index)
        chunk, after = self.chunks[first], self.name_end(first)
        if self.is_given(first):
            return after
        if self.shouted or chunk.caseless or not chunk.capital or self._is_people(first):
            return None
        return after if self.ends_like_name(after) or after - first > 1 else None

    def _is_people(self, index: int) -> bool:
        return self.chunks[index].lower.endswith(words().peoples)

    def ends_like_name(self, after: int) -> bool:
        """Whether a name is followed by a stop, a bracket or a word such as "ist"."""
        if AFTER.match(self.text, self.chunks[after - 1].end):
            return True
        return after < len(self.chunks) and self.chunks[after].lower in words().after_names

    def span(self, index: int, after: int) -> Span:
        """The span of a name, from one chunk up to but not including another."""
        chunk = self.chunks[index]
        joined = chunk.caseless and chunk.lower[0] == AND and index > 0 and chunk.lower not in words().given_names
        start = chunk.start + int(self._has_prefix(index) or (joined and len(chunk.lower) > 3))
        return Span(start, self.chunks[after - 1].end, "name")

    def is_public(self, index: int, after: int) -> bool:
        """Whether a name is an office holder's, or part of the name of an institution or a place."""
        public = words().public
        start, end = self.chunks[index].start, self.chunks[after - 1].end
        whole = self.text[max(0, start - NEAR_CHARACTERS) : end + NEAR_CHARACTERS].lower()
        if self.chunks[after - 1].lower in public["surnames"] or _public_persons().search(whole):
            return True
        return self._is_institution(index, after)

    def _is_institution(self, index: int, after: int) -> bool:
        """ "Konrad-Adenauer-Stiftung", "Sankt Georg", "the Robert Bosch Hospital"."""
        if index and self.follows(index) and self.chunks[index - 1].lower in words().no_name_before:
            return True
        if self.chunks[after - 1].lower.rpartition("-")[2] in words().institutions:
            return True
        return after < len(self.chunks) and self.follows(after) and self.chunks[after].lower in words().institutions

    def has_possessive(self, first: int) -> bool:
        """Whether "mein", "my" … precedes a word, with at most one word in between."""
        before = self.words[max(0, first - 2) : first]
        return self.has_german_possessive(first) or any(word.lower in words().possessives for word in before)

    def has_german_possessive(self, first: int) -> bool:
        """Whether "mein" … precedes a word, with at most one word in between."""
        return any(word.lower in words().german_possessives for word in self.words[max(0, first - 2) : first])

    def asks_for_name(self, first: int, after: int) -> bool:
        """Whether a relation is part of "the name of my son is"."""
        copula = after < len(self.words) and self.words[after].lower in ("ist", "is", "lautet")
        return copula and any(word.lower in ("name", "names") for word in self.words[max(0, first - 3) : first])

    def begins_line(self, start: int) -> bool:
        """Whether only blanks or bullets precede a place in its line."""
        return not self.text[self.text.rfind("\n", 0, start) + 1 : start].strip(" -*•")


@lru_cache(maxsize=1)
def _public_persons() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, words().public["persons"])))


def _is_title(lower: str) -> bool:
    return lower in words().titles or lower in words().degrees or lower == "frau"


def _is_title_case(text: str, parts: Sequence[Word]) -> bool:
    long = [word for word in parts if word.end - word.start > 2]
    return len(long) >= FEWEST_TITLE_CASE_WORDS and all(text[word.start].isupper() for word in long)


def _chunks(text: str, parts: Sequence[Word]) -> list[Chunk]:
    chunks: list[Chunk] = []
    end_before = -2
    for word in parts:
        joiner = text[end_before] if word.start == end_before + 1 else ""
        if joiner and joiner in HYPHENS and chunks and not _is_ending(chunks[-1], joiner, text, word):
            before = chunks.pop()
            chunks.append(Chunk(before.start, word.end, f"{before.lower}-{word.lower}", before.capital))
        else:
            chunks.append(Chunk(word.start, word.end, word.lower, text[word.start].isupper()))
        end_before = word.end
    return [_recased(text, chunk) for chunk in chunks]


def _is_ending(before: Chunk, joiner: str, text: str, word: Word) -> bool:
    if joiner not in APOSTROPHES or before.end - before.start < SHORTEST_WITH_ENDING:
        return False
    return word.end - word.start <= LONGEST_ENDING and text[word.start].islower() and word.lower not in ENGLISH_ENDINGS


def _recased(text: str, chunk: Chunk) -> Chunk:
    """ "al-Masri" counts as capitalised too, and so does any script without capitals, such as Arabic."""
    caseless = text[chunk.start].isalpha() and text[chunk.start].lower() == text[chunk.start].upper()
    inner = "-" in chunk.lower and any(char.isupper() for char in text[chunk.start : chunk.end])
    return Chunk(chunk.start, chunk.end, chunk.lower, chunk.capital or inner or caseless, caseless)
