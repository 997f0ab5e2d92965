"""Answers as text: for messengers, other chat windows and exported chats."""

from __future__ import annotations

from assistant.front.core.transcript import as_text, sourced
from assistant.knowledge import knowledge

SOURCE = {"title": "Titel", "url": "https://a.example", "publisher": "IOM"}
CONTACT = {"name": "Stelle", "purpose": "Rat", "phone": "030 1234567", "hours": "Mo–Fr"}
PART = {
    "text": "Text",
    "heading": None,
    "translation": None,
    "as_of": "2023",
    "note_as_of": "2025-03",
    "sources": [SOURCE],
    "contacts": [CONTACT],
}
EVENT = {
    "sequence": 2,
    "type": "assistant",
    "at": "2026-11-25T01:22:35.542+00:00",
    "language": "de",
    "parts": [PART, PART],
    "heading": "Dazu passt:",
    "suggestions": ["Frage?"],
}
LINES = "(Ergänzung: Stand März 2025)\nStelle: 030 1234567; Mo–Fr\n(Stand: 2023. Quelle: Titel, https://a.example)"


def test_each_part_has_its_dates_and_sources_and_a_contact_is_named_once():
    first, second = sourced(EVENT, knowledge())
    assert first == f"Text\n{LINES}"
    assert second == first.replace("Stelle: 030 1234567; Mo–Fr\n", "")


def test_the_language_of_the_answer_counts():
    (first, _) = sourced({**EVENT, "language": "en"}, knowledge())
    assert "(Addition: as of March 2025)" in first


def test_an_exported_chat_has_contacts_and_suggestions():
    asked = {"sequence": 1, "type": "visitor", "at": EVENT["at"], "id": "1", "text": "Wer hilft?"}
    text = as_text([asked, {**EVENT, "parts": [PART]}], knowledge(), "de")
    assert text == (
        "[2026-11-25 01:22 UTC] Sie:\nWer hilft?\n\n"
        f"[2026-11-25 01:22 UTC] Assistent (Maschine):\nText\n{LINES}\nDazu passt:\n- Frage?\n"
    )
