"""What became of a call to a messenger's API."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any

from assistant.front.messengers.base.inbound import Payload


@dataclass(frozen=True)
class ApiResponse:
    """A response of a messenger's API; `body` is empty if it is not a JSON object."""

    status: int
    headers: Mapping[str, str]
    body: Payload


class Outcome(Enum):
    """What became of a call."""

    ACCEPTED = "accepted"
    LATER = "later"  # rejected for now; retry the same call after a while
    REFUSED = "refused"  # rejected in this form
    UNREACHABLE = "unreachable"  # this user cannot be written to
    MISCONFIGURED = "misconfigured"  # the operator must fix something; retry the same call afterwards


@dataclass(frozen=True)
class CallResult:
    """An outcome with its details."""

    outcome: Outcome
    # How long to wait, if the messenger says so.
    retry_seconds: float | None = None
    # Whether all of the messenger's chats must wait.
    affects_all_chats: bool = False
    reason: str = ""


def retry_after(headers: Mapping[str, str], default: float | None = None) -> float | None:
    """The seconds given by `Retry-After`, as a number or as a date."""
    value = headers.get("retry-after", "")
    if value.strip().isdigit():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError):
        return default


def result_from_status(response: ApiResponse, **details: Any) -> CallResult:
    """The result according to the HTTP status alone."""
    if response.status < 300:
        return CallResult(Outcome.ACCEPTED)
    if response.status == 429:
        return CallResult(Outcome.LATER, retry_after(response.headers), **details)
    if response.status >= 500 or response.status == 408:
        return CallResult(Outcome.LATER, retry_after(response.headers), **details)
    if response.status in (401, 403):
        return CallResult(Outcome.MISCONFIGURED, **details)
    return CallResult(Outcome.REFUSED, **details)
