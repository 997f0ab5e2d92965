"""Whether anything visitors write may touch a disk; read by the front and by Rasa alike."""

from __future__ import annotations

import os
from collections.abc import Mapping

SWITCH = "ASSISTANT_STORAGE"
NONE, DISK = "none", "disk"
# A chat held only in memory is dropped after this much silence.
SILENCE_SECONDS = 3600.0
# Each of these puts data outside this process's memory.
STORES = ("ASSISTANT_DATABASE", "ASSISTANT_TRACKERS", "ASSISTANT_REDIS")


def only_in_memory_of(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether everything stays in memory; raises ValueError for an unknown value, or if a store is set as well."""
    written = environment.get(SWITCH, "").strip() or DISK
    if written not in (NONE, DISK):
        raise ValueError(f"{SWITCH} must be {NONE} or {DISK}, not {written!r}")
    named = [name for name in STORES if environment.get(name, "").strip()]
    if written == NONE and named:
        raise ValueError(f"{SWITCH}={NONE} keeps nothing outside memory and cannot be combined with {', '.join(named)}")
    return written == NONE
