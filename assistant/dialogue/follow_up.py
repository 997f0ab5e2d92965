"""Questions that lean on what was said before: "und wie viele?", "and humanitarian admission?"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assistant.knowledge import Entry, KnowledgeBase

# "warum", "wie" and "was genau" ask for more of the same: the answer given is the best there is.
OPEN_ASPECTS = {"what", "why", "how"}


def asked_of(knowledge: KnowledgeBase, context: Entry, aspect: str, subjects: Sequence[str] = ()) -> Entry | None:
    """The fact that answers an aspect ("how_many") of the subjects named, or else of the last answer."""
    if not subjects and context.aspects[:1] == (aspect,):
        return context
    candidates = list(_facts(knowledge, subjects or context.subjects))
    if subjects:
        candidates = [entry for entry in candidates if entry.id != context.id] or candidates
    found = next((entry for entry in candidates if entry.aspects[:1] == (aspect,)), None)
    if found is None and aspect in context.aspects and not subjects:
        return context
    found = found or next((entry for entry in candidates if aspect in entry.aspects), None)
    if found is None and aspect in OPEN_ASPECTS:
        return candidates[0] if subjects and candidates else context
    return found


def same_of(knowledge: KnowledgeBase, context: Entry, subjects: Sequence[str]) -> Entry | None:
    """The fact that says of other subjects what the last answer said of its own."""
    others = [subject for subject in subjects if subject not in context.subjects[:1]]
    for aspect in context.aspects:
        for entry in _facts(knowledge, others):
            if aspect == entry.aspects[0] and entry.id != context.id:
                return entry
    return None


def by_ordinal(knowledge: KnowledgeBase, history: Iterable[str], ordinal: int) -> tuple[str, ...]:
    """The subject meant by "the first" or "the second" of the last answer that had several."""
    for entry_id in reversed(tuple(history)):
        entry = knowledge.find(entry_id)
        if entry and len(entry.subjects) >= max(2, ordinal):
            return (entry.subjects[ordinal - 1],)
    return ()


def _facts(knowledge: KnowledgeBase, subjects: Iterable[str]) -> Iterable[Entry]:
    for subject in subjects:
        yield from (entry for entry in knowledge.about(subject) if entry.kind == "fact")
