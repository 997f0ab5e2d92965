"""Whether anything of what visitors write may touch a disk; asked by the front and by Rasa alike."""

from __future__ import annotations

import os
from collections.abc import Mapping

SWITCH = "ASSISTANT_STORAGE"
NONE, DISK = "none", "disk"
# Seconds of silence after which a chat that is only in memory is dropped.
SILENCE = 3600.0
# Each of them is a place outside this process's memory.
STORES = ("ASSISTANT_DATABASE", "ASSISTANT_TRACKERS", "ASSISTANT_REDIS")


def only_in_memory_of(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether all is kept in memory; raises ValueError for a word that is none, or a store named beside."""
    written = environment.get(SWITCH, "").strip() or DISK
    if written not in (NONE, DISK):
        raise ValueError(f"{SWITCH} must be {NONE} or {DISK}, not {written!r}")
    named = [name for name in STORES if environment.get(name, "").strip()]
    if written == NONE and named:
        raise ValueError(f"{SWITCH}={NONE} keeps nothing outside of memory and cannot go with {', '.join(named)}")
    return written == NONE
