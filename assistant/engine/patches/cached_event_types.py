"""Looks up an event's class once; Rasa walks over all event classes for every stored event."""

from __future__ import annotations

from functools import lru_cache


def apply() -> None:
    """Caches the lookup."""
    from rasa.shared.core.events import Event

    Event.resolve_by_type = staticmethod(lru_cache(maxsize=128)(Event.resolve_by_type))
