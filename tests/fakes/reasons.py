"""Replies as Rasa gives them, with the reasons that are for staff alone."""

from __future__ import annotations

from assistant.dialogue.present import messages
from assistant.knowledge import knowledge
from tests.unit.dialogue.conftest import message, reply_to

NEAREST = (("ask_figures/fap_reached", 0.12), ("ask_data/dtm", 0.04))
# Occurs nowhere but in reasons.
MARK = "reason-of-the-gate"


def part(decision="unsure", nearest=NEAREST, gap=""):
    """What was decided about one question."""
    return {"decision": decision, "reason": MARK, "gap": gap, "nearest": [list(pair) for pair in nearest]}


def why(*parts, model="model-1", knowledge="knowledge-1"):
    """The reasons for a reply, by default to one question that nothing is known of."""
    return {"parts": list(parts) or [part()], "model": model, "knowledge": knowledge}


def reasoned(said, reasons=None):
    """A reply with its reasons beside its envelope."""
    *before, last = said
    return [*before, {**last, "custom": {**last["custom"], "why": reasons or why()}}]


def sent(*parts, language="de", reasons=None, **found):
    """What Rasa sends for a message of these parts."""
    said = messages(reply_to(message(*parts, language=language, **found)), knowledge(), "rest")
    named = [{"custom": one["json_message"]} if "json_message" in one else one for one in said]
    return reasoned([{"recipient_id": "secret", **one} for one in named], reasons)
