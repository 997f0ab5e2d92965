"""Explains to staff why a message was answered as it was."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.core.understanding import Candidate, MessagePart, Understanding
from assistant.dialogue.reply import Reply


def explained(understanding: Understanding, reply: Reply) -> str:
    """The language, and for each part its ranking, kinds, entities and the gate's reason, as lines of text."""
    evidence = understanding.evidence
    lines = [
        f"[debug] language={reply.language} (text: {evidence.language or '-'}, "
        f"{'clear' if evidence.clear else 'not clear'}; wish: {reply.conversation.wish or '-'})"
        f" trouble={understanding.trouble or '-'} choice={understanding.choice or '-'}"
        f" urgent={understanding.urgent or '-'}",
        *(line for part in understanding.parts for line in _part(part)),
        f"[debug] reply={reply.kind} entries={', '.join(a.entry for a in reply.answers if a.entry) or '-'}",
    ]
    return "\n".join(lines)


def _part(part: MessagePart) -> list[str]:
    entities = [*part.subjects, *part.places, *part.years]
    return [
        f"[debug] part {part.text[:60]!r}: {part.decision} {', '.join(part.chosen[:3]) or '-'} ({part.reason})",
        f"[debug]   ranking {_ranking(part.ranking)}; kinds {_kinds(part.kinds)}; gap {part.gap or '-'}",
        f"[debug]   in context {_ranking(part.in_context)}; kinds {_kinds(part.kinds_in_context)}",
        f"[debug]   entities {', '.join(entities) or '-'}",
    ]


def _kinds(kinds: Mapping[str, float]) -> str:
    likely = sorted(kinds.items(), key=lambda pair: -pair[1])[:3]
    return ", ".join(f"{kind} {share:.2f}" for kind, share in likely) or "-"


def _ranking(candidates: tuple[Candidate, ...]) -> str:
    return ", ".join(f"{c.id} {c.confidence:.2f}" for c in candidates[:3]) or "-"
