"""Questions for visitors who do not know what to ask."""

from __future__ import annotations

from assistant.core.languages import Language
from assistant.knowledge import KnowledgeBase, Rendered, render

STARTERS = (
    "ask_organisation/what_is_iom",
    "ask_figures/fap_reached",
    "ask_services/core_areas",
    "ask_history/founding",
)


def starters(knowledge: KnowledgeBase, language: Language) -> list[Rendered]:
    """Entries that show what can be asked, in the given language."""
    entries = [entry for id_ in STARTERS if (entry := knowledge.find(id_))]
    return [render(knowledge, entry, language) for entry in entries]
