"""Gestures in messengers, and the short codes by which some vendors spell emoji."""

from __future__ import annotations

import re
from collections.abc import Mapping

from assistant.core.gestures import Gesture, gesture_of
from assistant.front.messengers.base.inbound import InboundKind

# A thumb down goes to Rasa, as in any other channel: it is about the last answer.
KINDS: Mapping[Gesture, InboundKind] = {"thanks": "thanks", "hello": "start"}
# Short codes of emoji that mean something here; all others are no words and are left out.
SHORT_CODES: Mapping[str, str] = {
    **dict.fromkeys(("+1", "thumbsup"), "👍"),
    **dict.fromkeys(("-1", "thumbsdown"), "👎"),
    "wave": "👋",
    "raised_hands": "🙌",
    "pray": "🙏",
    "clap": "👏",
    "ok_hand": "👌",
    "ok": "🆗",
    "handshake": "🤝",
    "muscle": "💪",
    "hugging_face": "🤗",
    "heart": "❤️",
    "white_check_mark": "✅",
    "heavy_check_mark": "✔️",
    "100": "💯",
    "tada": "🎉",
    "blush": "😊",
    "smile": "😄",
    "smiley": "😃",
    "grinning": "😀",
    "slightly_smiling_face": "🙂",
    "coffee": "☕",
    **{
        name: f"{digit}\ufe0f\u20e3"
        for digit, name in enumerate(("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"))
    },
}
SKIN_TONES = {str(number): chr(0x1F3F9 + number) for number in range(2, 7)}
# Between digits, as in 10:30:15, and between letters, as in a:b:c, colons are punctuation.
SHORT_CODE = re.compile(
    r"(?<![0-9]):(\+1|-1|100|(?=[0-9'-]{0,9}[a-z_])[a-z0-9_'-]{1,80}):(?::skin-tone-([2-6]):)?(?!\w)"
)
SPACES = re.compile(r" {2,}")


def kind_of_gesture(text: str) -> InboundKind | None:
    """The kind of a message of nothing but emoji that the front answers itself; None for any other."""
    gesture = gesture_of(text)
    return KINDS.get(gesture) if gesture else None


def without_short_codes(text: str, drawn: Mapping[str, str] | None) -> str:
    """The text with emoji in place of their short codes; those of emoji that have no sign are left out.

    `drawn` are the emoji that the vendor says are in the text, by short code; None if it does not say.
    """

    def emoji(found: re.Match[str]) -> str:
        name, tone = found[1], SKIN_TONES.get(found[2] or "", "")
        if drawn is not None and name not in drawn:
            return found[0]
        sign = (SHORT_CODES if drawn is None else drawn).get(name, "")
        return sign if not sign or tone in sign else sign + tone

    replaced, count = SHORT_CODE.subn(emoji, text)
    return SPACES.sub(" ", replaced).strip() if count else text.strip()
