"""Replies and corrections as staff meet them."""

from __future__ import annotations

from typing import Any

from assistant.core.envelope import Envelope
from assistant.staff.corrections import Correction
from tests.unit.dialogue.conftest import asking, reply_to

FAP, HEADQUARTERS = "ask_programmes/fap_overview", "ask_iom/headquarters"


def envelope_of(*entries: str, **found: Any) -> Envelope:
    """The envelope of a German reply: with an entry, or, without one, as the gate has decided."""
    return reply_to(asking(*entries, **found)).envelope()


def correction(**changed: Any) -> Correction:
    """A correction, with some fields changed."""
    fields: dict[str, Any] = {
        "language": "de",
        "text": "Wo sitzt ihr denn eigentlich alle?",
        "wrong": (FAP,),
        "by": "Anna Beispiel",
        "on": "2026-11-29",
    }
    return Correction(**{**fields, **changed})
