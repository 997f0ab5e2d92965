"""Contacts written out as lines of text, for channels that show no cards."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from assistant.core.envelope import Contact

# What people put between the digits of a number.
BETWEEN = r"[\s\u00a0()/.\-\u2010-\u2013]*"
SCHEME = re.compile(r"^(?:https?://)?(?:www\.)?|/+$", re.I)


def contact_lines(contacts: Iterable[Contact], said: str) -> list[str]:
    """One line for each contact, with the ways to reach it that have not been said yet; none if all have been."""
    lines: list[str] = []
    for contact in contacts:
        line = _line(contact, "\n".join([said, *lines]))
        lines += [line] if line else []
    return lines


def _line(contact: Contact, said: str) -> str | None:
    ways: dict[str, str] = {key: str(contact[key]) for key in IS_SAID if key in contact}  # type: ignore[literal-required]
    fresh = [way for key, way in ways.items() if not IS_SAID[key](way, said)]
    if ways:
        hours = contact.get("hours", "")
        after = f"; {hours}" if hours and not _words_said(hours, said) else ""
        return f"{contact['name']}: {', '.join(fresh)}{after}" if fresh else None
    return None if _words_said(contact["name"], said) else f"{contact['name']}: {contact['purpose']}"


def _phone_said(phone: str, said: str) -> bool:
    """Whether the number is in the text, however it is grouped, and not as a part of a longer one."""
    digits = BETWEEN.join(re.escape(char) for char in phone if char.isdigit() or char == "+")
    return bool(re.search(rf"(?<![\d+])(?<!\d[\s\u00a0.\-]){digits}(?![\s\u00a0.\-]?\d)", said))


def _url_said(url: str, said: str) -> bool:
    """Whether the address is in the text, with or without `https://www.`, and not as the beginning of another."""
    return bool(re.search(rf"(?<![\w.@\-]){_optional_start(url)}/?(?![\w/\-?#]|\.\w)", said, re.I))


def _optional_start(url: str) -> str:
    return rf"(?:https?://)?(?:www\.)?{re.escape(SCHEME.sub('', url))}"


def _email_said(email: str, said: str) -> bool:
    return bool(re.search(rf"(?<![\w.+\-]){re.escape(email)}(?![\w\-]|\.\w)", said, re.I))


def _words_said(words: str, said: str) -> bool:
    return " ".join(words.casefold().split()) in " ".join(said.casefold().split())


# The ways to reach a contact in the order in which they are written, each with how to find it in a text.
IS_SAID: Mapping[str, Callable[[str, str], bool]] = {
    "phone": _phone_said,
    "email": _email_said,
    "url": _url_said,
    "address": _words_said,
}
