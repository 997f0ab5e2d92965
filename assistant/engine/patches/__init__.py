"""Changes made to Rasa 3.6.21 as it starts: each in a module of its own, measured, tested and possible to switch off.

`ASSISTANT_PATCHES=none` applies none; `ASSISTANT_PATCHES=-bounded_input,-no_tensorflow` applies all
but those two. Stock `rasa run` works without any of them, only more slowly, and gives no apology for errors.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping

from assistant.engine.patches import (
    apology_for_silence,
    bounded_input,
    cached_event_types,
    each_message_once,
    kept_connections,
    no_idle_libraries,
    no_tensorflow,
    no_texts_in_logs,
    no_training_cache,
    quick_training_data,
    schema_checked_once,
    short_action_calls,
)

SWITCH = "ASSISTANT_PATCHES"
# In the order in which they are applied: the stubs must be in place before Rasa is imported.
PATCHES: Mapping[str, Callable[[], None]] = {
    patch.__name__.rpartition(".")[2]: patch.apply
    for patch in (
        no_tensorflow,
        no_idle_libraries,
        cached_event_types,
        bounded_input,
        apology_for_silence,
        no_texts_in_logs,
        schema_checked_once,
        short_action_calls,
        kept_connections,
        each_message_once,
        no_training_cache,
        quick_training_data,
    )
}


def chosen(switch: str) -> Iterator[str]:
    """The names of the patches to apply; raises ValueError for a name that does not exist."""
    if switch == "none":
        return
    named = {name.strip() for name in switch.split(",") if name.strip()}
    off = {name.removeprefix("-") for name in named if name.startswith("-")}
    if unknown := {name for name in named if name.removeprefix("-") not in off & set(PATCHES)}:
        known = ", ".join(f"-{name}" for name in PATCHES)
        raise ValueError(f"{SWITCH} names {', '.join(sorted(unknown))}; possible are none, {known}.")
    yield from (name for name in PATCHES if name not in off)


def apply(switch: str | None = None) -> list[str]:
    """Applies the patches that the environment chooses, in order, and returns their names."""
    names = list(chosen(os.environ.get(SWITCH, "") if switch is None else switch))
    for name in names:
        PATCHES[name]()
    return names
