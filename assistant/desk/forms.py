"""Reads what a form sends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from assistant.desk.errors import RefusedError
from assistant.front.core.parsing import storable

# All languages of an entry fit, and so do the marks of a long inbox.
MAX_BYTES, MAX_FIELDS = 512 * 1024, 2000
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Form:
    """The fields of a form, without control characters and with plain line ends."""

    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def one(self, name: str, default: str = "") -> str:
        """The last value of a field, without white space around it."""
        return self.fields[name][-1].strip() if self.fields.get(name) else default

    def all(self, name: str) -> list[str]:
        """Every value of a field."""
        return [value.strip() for value in self.fields.get(name, ())]


def form_in(body: bytes, content_type: str) -> Form:
    """The form in a request's body; raises RefusedError if it is none."""
    if content_type.partition(";")[0].strip().lower() != FORM:
        raise RefusedError(415, "no_form")
    try:
        found = parse_qs(body.decode("ascii"), keep_blank_values=True, errors="replace", max_num_fields=MAX_FIELDS)
    except ValueError:
        raise RefusedError(400, "no_form") from None
    return Form({name: [_plain(value) for value in values] for name, values in found.items()})


def _plain(value: str) -> str:
    lines = storable(value).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(letter for letter in lines if letter in "\n\t" or letter.isprintable() or ord(letter) > 0x9F)
