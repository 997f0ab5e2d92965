"""Every state of the element, and how to reach it."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.scripted_front import (
    APPROVED,
    CONTACT,
    NOTHING,
    SOURCE,
    STARTERS,
    TEXT,
    Event,
    ScriptedFront,
    a_fact,
    answer,
    part,
)
from tests.browser.visitor import FIELD, Visitor

Scene = Callable[[Visitor, ScriptedFront, str], None]

WORDS: dict[str, dict[str, str]] = {
    "de": {
        "none": "Keine davon",
        "clarify": "Meinen Sie eine dieser Fragen?",
        "fallback": "Das weiß ich leider nicht. Ich beantworte Fragen zu IOM Deutschland.",
        "near": "Am nächsten kommen diese Fragen:",
        "crisis": "112 – rufen Sie in Deutschland sofort diese Nummer an, wenn ein Leben in Gefahr ist. "
        "Die Polizei erreichen Sie unter 110. Dieser Chat kann keine Hilfe schicken.",
        "gap": "Zu „Wie wird das Wetter?“ habe ich keine Antwort.",
        "areas": "Die Arbeit hat fünf Kernbereiche:\n\n- Schutz\n- Resettlement\n- Familienzusammenführung\n\n"
        "Mehr: https://germany.iom.int/de",
        "areas_question": "In welchen Bereichen arbeitet die IOM in Deutschland?",
        "too_long": "Ihre Nachricht ist zu lang.",
        "menu": "Menü",
        "no": "Nein",
        "delete": "Chat löschen",
    },
    "en": {
        "none": "None of these",
        "clarify": "Do you mean one of these questions?",
        "fallback": "I am sorry, I do not know that. I answer questions about IOM Germany.",
        "near": "These questions come closest:",
        "crisis": "112 – in Germany, call this number at once if a life is in danger. "
        "You can reach the police on 110. This chat cannot send help.",
        "gap": "I have no answer to “What will the weather be like?”.",
        "areas": "The work has five core areas:\n\n- Protection\n- Resettlement\n- Family reunification\n\n"
        "More: https://germany.iom.int",
        "areas_question": "In which areas does IOM work in Germany?",
        "too_long": "Your message is too long.",
        "menu": "Menu",
        "no": "No",
        "delete": "Delete chat",
    },
}


def several(language: str) -> Event:
    words = WORDS[language]
    return answer(
        part(words["areas"], question=words["areas_question"]),
        part(TEXT[language], question=STARTERS[language][1]),
        part(words["gap"], "fallback"),
        language=language,
    )


def clarify(language: str) -> Event:
    words = WORDS[language]
    return answer(
        part(words["clarify"], "clarify"), language=language, suggestions=[*STARTERS[language], words["none"]]
    )


def fallback(language: str) -> Event:
    words = WORDS[language]
    return answer(
        part(words["fallback"], "fallback"), language=language, heading=words["near"], suggestions=STARTERS[language]
    )


def crisis(language: str) -> Event:
    said = {**NOTHING, "sources": [SOURCE], "as_of_text": "2023", "contacts": [CONTACT]}
    return answer({**part(WORDS[language]["crisis"], "crisis"), **said}, language=language)


def referral(language: str) -> Event:
    more = {**APPROVED, "as_of_text": "2023", "note_as_of_text": "2025", "sources": [SOURCE]}
    call = {"de": "Rufen Sie an", "en": "Call"}[language]
    said = part(f"{call}: {CONTACT['phone']}", "referral", contacts=[CONTACT, {"name": "IOM"}], **more)
    return answer(said, language=language)


def _asked(make: Callable[[str], Event]) -> Scene:
    def scene(visitor: Visitor, front: ScriptedFront, language: str) -> None:
        front.script.answer = lambda text, _: make(language)
        opened(visitor, front, language)
        visitor.ask("Wie vielen Menschen?" if language == "de" else "How many people?")
        # Text that is not announced appears a moment later.
        visitor.page.wait_for_timeout(200)

    return scene


def closed(visitor: Visitor, front: ScriptedFront, language: str) -> None:
    expect(visitor.launcher).to_be_visible()


def opened(visitor: Visitor, front: ScriptedFront, language: str) -> None:
    visitor.open(language)
    expect(visitor.button(STARTERS[language][0])).to_be_visible()
    expect(visitor.page.get_by_label(FIELD[language], exact=True)).to_be_visible()


def typing(visitor: Visitor, front: ScriptedFront, language: str) -> None:
    front.script.answer = lambda text, _: None
    opened(visitor, front, language)
    visitor.ask("Hallo", wait=False)
    expect(visitor.page.locator("iom-assistant .typing [role=status]")).not_to_be_empty()


def refused(visitor: Visitor, front: ScriptedFront, language: str) -> None:
    error = {"code": "too_long", "text": WORDS[language]["too_long"], "retry_after": None}
    front.script.refuse_post = lambda text: (413, error)
    opened(visitor, front, language)
    visitor.ask("Hallo " * 30, wait=False)
    expect(visitor.alert).to_have_text(WORDS[language]["too_long"])


def offline(visitor: Visitor, front: ScriptedFront, language: str) -> None:
    opened(visitor, front, language)
    visitor.context.set_offline(True)
    visitor.ask("Hallo", wait=False)
    expect(visitor.alert).not_to_be_empty()
    expect(visitor.page.locator("iom-assistant .pending")).to_be_visible()


def menu(visitor: Visitor, front: ScriptedFront, language: str) -> None:
    _asked(lambda language: a_fact(language=language))(visitor, front, language)
    visitor.button(WORDS[language]["menu"]).click()


def topics(visitor: Visitor, front: ScriptedFront, language: str) -> None:
    opened(visitor, front, language)
    visitor.button({"de": "Themen", "en": "Topics"}[language]).click()
    visitor.page.get_by_text({"de": "Familie", "en": "Family"}[language], exact=True).click()
    expect(visitor.page.locator("iom-assistant .topics .suggestion").first).to_be_visible()


def confirming(visitor: Visitor, front: ScriptedFront, language: str) -> None:
    menu(visitor, front, language)
    visitor.button(WORDS[language]["delete"]).click()
    expect(visitor.page.get_by_role("alertdialog")).to_be_visible()


def feedback(visitor: Visitor, front: ScriptedFront, language: str) -> None:
    _asked(lambda language: a_fact(language=language))(visitor, front, language)
    visitor.more()
    visitor.button(WORDS[language]["no"]).click()
    expect(visitor.page.locator("iom-assistant .reason textarea")).to_be_focused()


def more(visitor: Visitor, front: ScriptedFront, language: str) -> None:
    _asked(referral)(visitor, front, language)
    visitor.more()


SCENES: dict[str, Scene] = {
    "closed": closed,
    "opened": opened,
    "typing": typing,
    "fact": _asked(lambda language: a_fact(language=language)),
    "several": _asked(several),
    "clarify": _asked(clarify),
    "fallback": _asked(fallback),
    "crisis": _asked(crisis),
    "referral": _asked(referral),
    "more": more,
    "refused": refused,
    "offline": offline,
    "menu": menu,
    "topics": topics,
    "confirming": confirming,
    "feedback": feedback,
}
