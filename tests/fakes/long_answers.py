"""Answers too long for a messenger, and every messenger's connector."""

from __future__ import annotations

from assistant.front.core.tokens import Keys
from assistant.front.messengers.base.wording import text_event
from assistant.front.messengers.registry import CONNECTORS, made
from assistant.knowledge import knowledge

LONG = " ".join(f"Dies ist der Satz Nummer {number}, und er endet mit einem Punkt." for number in range(400))


TEXTS = {"sentences": LONG, "one word": "x" * 9000, "emoji": "😀" * 5000, "marks": "a&b<c> " * 1500}


QUESTIONS = ["Wie vielen Menschen hat das Familienhilfeprogramm (FAP) seit 2016 geholfen?", "Wer?", "Keine davon"]


def connectors():
    settings = {name: dict.fromkeys((*one.secrets, *one.options), "1") for name, one in CONNECTORS.items()}
    settings = {name: {**told, **CONNECTORS[name].options} for name, told in settings.items()}
    return list(made(settings, knowledge(), "https://chat.example.org", Keys(b"x" * 32)).values())


def a_long_answer(language="de", text=LONG, offers=QUESTIONS):
    return {"sequence": 2, **text_event(text, language, knowledge(), offers=offers)}
