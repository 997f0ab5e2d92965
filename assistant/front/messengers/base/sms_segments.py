"""How many places a text takes in SMS, which come in segments of one alphabet or another."""

from __future__ import annotations

import math

from assistant.front.messengers.base.layout import utf16_length

# 3GPP TS 23.038: the alphabet of seven bits, and what takes two places in it.
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€\f")
# Typography that Twilio replaces where it is asked to, and the places that what stands for it takes.
REPLACED = {
    **dict.fromkeys("„“”‟«»‚‘’‛´`‹›‐―–—•", 1),
    "…": 3,
    **dict.fromkeys("\u00a0\u2002\u2003\u2009\u200a\u202f", 2),
    **dict.fromkeys("\u200b\u2060\ufeff", 0),
}
# Of each of several segments, in either alphabet. What takes two places does not go over the edge of one.
SEVEN_BITS, SIXTEEN_BITS, EDGE = 153, 67, 1
MOST_SEGMENTS = 10
LONGEST = MOST_SEGMENTS * (SEVEN_BITS - EDGE)


def places(text: str) -> int:
    """How much of `LONGEST` a text takes: one character that the alphabet lacks makes all others larger."""
    if all(character in BASIC or character in EXTENDED or character in REPLACED for character in text):
        return sum(REPLACED.get(character, 2 if character in EXTENDED else 1) for character in text)
    return math.ceil(utf16_length(text) * (SEVEN_BITS - EDGE) / (SIXTEEN_BITS - EDGE))
