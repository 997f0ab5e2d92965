"""What is said when no reply could be made."""

from __future__ import annotations

from assistant.dialogue.conversation import Conversation
from assistant.dialogue.reply import Answer, Reply
from assistant.knowledge import KnowledgeBase
from assistant.languages import Evidence, Language, decide


def apologise(knowledge: KnowledgeBase, conversation: Conversation, evidence: Evidence, hint: Language | None) -> Reply:
    """An apology in the language the reply would have had; the conversation stays as it was."""
    language, _ = decide(evidence, conversation.wish, conversation.language, hint)
    return Reply(language, (Answer("error", knowledge.phrase("error", language)),), conversation)
