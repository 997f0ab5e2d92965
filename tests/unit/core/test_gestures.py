"""Gestures: emoji alone, and what they say."""

from __future__ import annotations

import pytest

from assistant.core.gestures import gesture_of


@pytest.mark.parametrize(
    ("text", "gesture"),
    [
        *((text, "thanks") for text in ("👍", "👍🏿", "👍 👍", "❤️", "♥", "🙏🏼!", "👌.", "😊", "🤝")),
        *((text, "hello") for text in ("👋", "👋🏽", "🖐️")),
        *((text, "no") for text in ("👎", "👎🏾👎🏾", " 👎! ")),
        *((text, None) for text in ("", " ", "!", "😭", "🆘", "👍 Wer?", "1️⃣", "🚨", "👋👍", "👍👎", "\ufe0f")),
    ],
)
def test_emoji_alone_are_gestures(text, gesture):
    assert gesture_of(text) == gesture
