"""How much of an SMS a text takes up: an SMS consists of segments, whose size depends on the alphabet."""

from __future__ import annotations

import math

from assistant.front.messengers.base.layout import utf16_length

# 3GPP TS 23.038: the seven-bit alphabet, and the characters that take two septets in it.
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€\f")
# Typographic characters that Twilio replaces on request, and how many septets their replacements take.
REPLACED = {
    **dict.fromkeys("„“”‟«»‚‘’‛´`‹›‐―–—•", 1),
    "…": 3,
    **dict.fromkeys("\u00a0\u2002\u2003\u2009\u200a\u202f", 2),
    **dict.fromkeys("\u200b\u2060\ufeff", 0),
}
# The size of each segment of a longer SMS, in either alphabet. A character of two units is never split across
# segments, so the last unit of each may stay empty.
SEPTETS_PER_SEGMENT, UTF16_UNITS_PER_SEGMENT, EDGE = 153, 67, 1
MAX_SEGMENTS = 10
MAX_SEPTETS = MAX_SEGMENTS * (SEPTETS_PER_SEGMENT - EDGE)


def sms_length(text: str) -> int:
    """How much of `MAX_SEPTETS` a text takes up; a single character outside the alphabet makes all others larger."""
    if all(character in BASIC or character in EXTENDED or character in REPLACED for character in text):
        return sum(REPLACED.get(character, 2 if character in EXTENDED else 1) for character in text)
    return math.ceil(utf16_length(text) * (SEPTETS_PER_SEGMENT - EDGE) / (UTF16_UNITS_PER_SEGMENT - EDGE))
