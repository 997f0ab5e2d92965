"""The apology for when no reply could be made."""

from __future__ import annotations

from assistant.core.conversation import Conversation
from assistant.core.languages import Evidence, Language, decide
from assistant.dialogue.reply import Answer, Reply
from assistant.knowledge import KnowledgeBase


def apologise(knowledge: KnowledgeBase, conversation: Conversation, evidence: Evidence, hint: Language | None) -> Reply:
    """An apology in the language the reply would have had; the conversation is unchanged."""
    language, _ = decide(evidence, conversation.wish, conversation.language, hint)
    return Reply(language, (Answer("error", knowledge.phrase("error", language)),), conversation)
