"""Gestures: messages of emoji alone that say something everybody understands, in any channel."""

from __future__ import annotations

import unicodedata
from typing import Literal

Gesture = Literal["thanks", "hello", "no"]
# What people send instead of "thank you" and "all right", instead of "hello", and instead of "no".
APPROVAL = frozenset("👍👌🙏🤝👏🙌💪🫶🤗😊☺🙂😀😃😄😁😇😍🥰😘✅☑✔💯🆗💐🌹🌸🌷🎉⭐🌟❤♥🧡💛💚💙💜🖤🤍🤎💕💖💗💓")
WAVE = frozenset("👋🤚🖐✋")
DISAPPROVAL = frozenset("👎")
MEANT: dict[Gesture, frozenset[str]] = {"thanks": APPROVAL, "hello": WAVE, "no": DISAPPROVAL}
# What may stand beside an emoji without changing it: joiners, skin tones, signs of punctuation.
BESIDE = frozenset("\u200d\ufe0e\ufe0f.!") | {chr(code) for code in range(0x1F3FB, 0x1F400)}


def gesture_of(text: str) -> Gesture | None:
    """What a text of nothing but emoji stands for; None for any other text."""
    signs = {sign for sign in unicodedata.normalize("NFC", text) if not sign.isspace()} - BESIDE
    return next((gesture for gesture, meant in MEANT.items() if signs <= meant), None) if signs else None
