"""Where things are in the element, by role and part: what its documents promise to keep."""

from __future__ import annotations

import json
from functools import cache

from assistant.core.paths import ROOT

ELEMENT = "iom-assistant"
LAUNCHER = "[part~=launcher]"
PANEL = "[role=dialog]"
FIELD = "textarea[part~=field]"
SEND = "[part~=send]"
ANSWER = "[part~=answer]"
# What the visitor wrote, without the words around it.
SAID = "[part~=visitor] .said"
SUGGESTION = "[part~=suggestion]"
MENU = "[part~=menu-button]"
EXIT = "[part~=exit]"
CLOSE = "[part~=close]"
LANGUAGE = "select[part~=language]"
COMPOSER = "[part~=composer]"
CONFIRMATION = "[role=alertdialog]"
LOG = "[role=log]"
ALERT = "[role=alert]"
# There once what few visitors need has been loaded.
MORE_LOADED = "[part~=confirmation]"


@cache
def texts(language: str) -> dict[str, str]:
    """The interface's texts in a language, as the element loads them."""
    read: dict[str, str] = json.loads((ROOT / "widget" / "texts" / f"{language}.json").read_text("utf-8"))
    return read
