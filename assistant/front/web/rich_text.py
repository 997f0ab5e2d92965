"""Turns an answer's plain text into paragraphs, lists and links for a template; what is no link stays plain text.

The website element does the same in widget/src/rich_text.ts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

# One pass without nested repetition, so that it takes linear time on any text.
LINK = re.compile(
    r"\b(?:https://|mailto:|tel:\+?)[^\s<>\"„“”‚‘’«»،؛؟\u2066-\u2069]+"
    r"|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"
)
TRAILING = re.compile(r"[.,;:!?)\]}'…]+$")
# Numbers to call in an emergency: 110, 112, 116 016, 0800 …
HELPLINE = re.compile(r"(?<!\d)(?:11[02]|116 ?\d{3}|0800(?: ?\d){6,9})(?!\d)")
# What people put between the digits of a number.
BETWEEN = r"[\s\u00a0()/\u2010-\u2013-]{0,3}"
SAFE = re.compile(r"(?:https:|mailto:|tel:)", re.I)
ITEM = re.compile(r"[-•] (.+)")


@dataclass(frozen=True)
class Run:
    """A piece of a line, with the address it leads to, if it is a link."""

    text: str
    href: str | None = None


@dataclass(frozen=True)
class Block:
    """A paragraph, which is one line of runs or more, or a list, which is one item or more."""

    lines: tuple[tuple[Run, ...], ...]
    is_list: bool = False


def blocks_of(text: str, phones: Sequence[str] = (), helplines: bool = False) -> list[Block]:
    """The paragraphs and lists of a text; `phones`, and with `helplines` emergency numbers, become links."""
    blocks: list[Block] = []
    for is_list, lines in _grouped(text):
        runs = tuple(tuple(runs_of(line, phones, helplines)) for line in lines)
        blocks.append(Block(runs, is_list))
    return blocks


def _grouped(text: str) -> Iterator[tuple[bool, list[str]]]:
    """Neighbouring lines of one kind; an empty line ends a paragraph."""
    lines: list[str] = []
    in_list = False
    for line in [*text.split("\n"), ""]:
        item = ITEM.match(line)
        if lines and (in_list != bool(item) or not line.strip()):
            yield in_list, lines
            lines = []
        if line.strip():
            in_list = bool(item)
            lines.append(item[1] if item else line)


def runs_of(text: str, phones: Iterable[str] = (), helplines: bool = False) -> Iterator[Run]:
    """Plain runs and links, in order."""
    end = 0
    for start, found, href in _links_in(text, phones, helplines):
        if start < end:
            continue
        if start > end:
            yield Run(text[end:start])
        yield Run(found, href)
        end = start + len(found)
    if end < len(text):
        yield Run(text[end:])


def is_safe(href: str) -> bool:
    """Whether an address may be linked to."""
    return bool(SAFE.match(href))


def phone_link(number: str) -> str:
    """The address that calls a number."""
    return "tel:" + re.sub(r"[^\d+]", "", number)


def helplines_in(text: str, phones: Iterable[str] = ()) -> dict[str, str]:
    """The emergency numbers and those given that are in a text, each with the address that calls it."""
    found = runs_of(text, phones, helplines=True)
    return {run.text: run.href for run in found if run.href and run.href.startswith("tel:")}


def _links_in(text: str, phones: Iterable[str], helplines: bool) -> list[tuple[int, str, str]]:
    """Where links begin, what they say and where they lead; of two at one place, the longer one first."""
    links: list[tuple[int, str, str]] = []
    for match in LINK.finditer(text):
        found = TRAILING.sub("", match[0])
        links.append((match.start(), found, found if is_safe(found) else f"mailto:{found}"))
    for pattern in [*map(_pattern_of, phones), *([HELPLINE] if helplines else [])]:
        links += [(match.start(), match[0], phone_link(match[0])) for match in pattern.finditer(text)]
    return sorted(links, key=lambda link: (link[0], -len(link[1])))


def _pattern_of(phone: str) -> re.Pattern[str]:
    """A number however its digits are grouped, but not as a part of a longer one."""
    digits = [re.escape(char) for char in phone if char.isdigit() or char == "+"]
    return re.compile(rf"(?<![\d+]){BETWEEN.join(digits)}(?![\s.-]?\d)")
