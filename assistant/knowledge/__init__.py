"""The curated answers: loading, checking, finding and rendering them. Independent of Rasa."""

from assistant.knowledge.errors import Finding, KnowledgeError
from assistant.knowledge.load import knowledge, load
from assistant.knowledge.model import Approval, Entry, KnowledgeBase, Source
from assistant.knowledge.render import Rendered, render

__all__ = [
    "Approval",
    "Entry",
    "Finding",
    "KnowledgeBase",
    "KnowledgeError",
    "Rendered",
    "Source",
    "knowledge",
    "load",
    "render",
]
