"""The language that a machine is set to, for those who work at it."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping

VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def machine_language(offered: Collection[str], otherwise: str, environment: Mapping[str, str] = os.environ) -> str:
    """The language of the machine if it is among those offered."""
    named = next((environment[name] for name in VARIABLES if environment.get(name)), "")
    code = re.split(r"[_.@-]", named)[0].lower()
    return code if code in offered else otherwise
