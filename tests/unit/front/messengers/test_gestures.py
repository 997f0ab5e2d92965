"""Gestures: emoji alone, and emoji that are spelt as short codes."""

from __future__ import annotations

import time

import pytest

from assistant.front.messengers.base.gestures import kind_of_gesture, without_short_codes


@pytest.mark.parametrize(
    ("text", "gesture"),
    [
        *((text, "thanks") for text in ("👍", "👍🏿", "👍 👍", "❤️", "♥", "🙏🏼!", "👌.", "😊", "🤝")),
        *((text, "start") for text in ("👋", "👋🏽", "🖐️")),
        *((text, None) for text in ("", " ", "!", "👎", "😭", "🆘", "👍 Wer?", "1️⃣", "🚨", "👋👍", "\ufe0f")),
    ],
)
def test_emoji_alone_are_gestures(text, gesture):
    assert kind_of_gesture(text) == gesture


DRAWN = {"raised_hands": "🙌", "wave": "👋🏼", "parrot": ""}


@pytest.mark.parametrize(
    ("text", "drawn", "read"),
    [
        ("Danke :raised_hands:", None, "Danke 🙌"),
        ("Danke:raised_hands:", None, "Danke🙌"),
        ("hallo :wave::skin-tone-3:", None, "hallo 👋🏼"),
        ("hallo :wave::skin-tone-3:", DRAWN, "hallo 👋🏼"),
        (":smile::+1:", None, "😄👍"),
        ("Hier :parrot: steht", DRAWN, "Hier steht"),
        ("Hier :parrot: steht", None, "Hier steht"),
        ("Hier :note: steht", DRAWN, "Hier :note: steht"),
        ("Hier :note: steht", {}, "Hier :note: steht"),
        ("Um 10:30:15", None, "Um 10:30:15"),
        ("a:b:c", None, "a:b:c"),
        ("https://a.example:8080/b:c:d", None, "https://a.example:8080/b:c:d"),
        ("zwei  Leerzeichen", None, "zwei  Leerzeichen"),
    ],
)
def test_short_codes_become_emoji_or_nothing(text, drawn, read):
    assert without_short_codes(text, drawn) == read


def test_a_long_text_takes_no_time():
    started = time.perf_counter()
    for text in (":" * 20_000, ":a" * 20_000, "a" * 20_000 + ":", ":" + "a_" * 10_000):
        without_short_codes(text, None)
    assert time.perf_counter() - started < 5
