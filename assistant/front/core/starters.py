"""Questions for visitors who do not know what to ask."""

from __future__ import annotations

from assistant.core.languages import Language
from assistant.knowledge import KnowledgeBase, Rendered, render

# What people new to Germany ask most: family, papers, danger, return. The way to a person has its own button.
STARTERS = (
    "referral/family_reunification",
    "referral/own_case",
    "crisis/danger",
    "referral/return_contact",
)


def starters(knowledge: KnowledgeBase, language: Language) -> list[Rendered]:
    """Entries that show what can be asked, in the given language."""
    said = knowledge.said_in(language)
    return [render(said, entry, language) for id_ in STARTERS if (entry := said.find(id_))]
