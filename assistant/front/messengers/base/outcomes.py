"""What became of a message that was handed to a messenger."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any


@dataclass(frozen=True)
class Said:
    """What a messenger's API answered; `body` is what its JSON holds, or nothing."""

    status: int
    headers: Mapping[str, str]
    body: Mapping[str, Any]


class Outcome(Enum):
    """What became of a message that was handed over."""

    TAKEN = "taken"
    LATER = "later"  # not taken; the same again after a while
    REFUSED = "refused"  # not taken in this form
    UNREACHABLE = "unreachable"  # this person cannot be written to
    MISCONFIGURED = "misconfigured"  # the operator has something to mend; the same again then


@dataclass(frozen=True)
class Verdict:
    """An outcome; `seconds` to wait where the messenger named them, `whole` where all its chats must wait."""

    outcome: Outcome
    seconds: float | None = None
    whole: bool = False
    reason: str = ""


def retry_after(headers: Mapping[str, str], default: float | None = None) -> float | None:
    """The seconds that a `Retry-After` names, as a number or as a date."""
    written = headers.get("retry-after", "")
    if written.strip().isdigit():
        return float(written)
    try:
        return max(0.0, parsedate_to_datetime(written).timestamp() - time.time())
    except (TypeError, ValueError):
        return default


def general_verdict(said: Said, **details: Any) -> Verdict:
    """The verdict that the HTTP status alone gives."""
    if said.status < 300:
        return Verdict(Outcome.TAKEN)
    if said.status == 429:
        return Verdict(Outcome.LATER, retry_after(said.headers), **details)
    if said.status >= 500 or said.status == 408:
        return Verdict(Outcome.LATER, retry_after(said.headers), **details)
    if said.status in (401, 403):
        return Verdict(Outcome.MISCONFIGURED, **details)
    return Verdict(Outcome.REFUSED, **details)
