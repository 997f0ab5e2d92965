"""Splits a message into the questions it may contain."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from spacy.lang.de.tokenizer_exceptions import TOKENIZER_EXCEPTIONS as GERMAN
from spacy.lang.en.tokenizer_exceptions import TOKENIZER_EXCEPTIONS as ENGLISH

from assistant.core.languages import Evidence, Language
from assistant.core.words import Words, all_words, any_of
from assistant.nlu.components.message_keys import EVIDENCE, LOOSE, PARTS

MOST_PARTS = 5
ABBREVIATIONS = frozenset(word for word in (*GERMAN, *ENGLISH) if word.endswith("."))
FEWEST_CHARACTERS = 3
QUESTION_WORDS = (
    r"wann|wer|wen|wem|wessen|was|wie|wo|wohin|woher|warum|wieso|weshalb|wozu|wof(?:ü|ue)r|womit|wor(?:an|in|um|über)|"
    r"welche\w*|when|who|whom|whose|what|how|where|why|which"
)
# How a question or a request for an answer begins: with a question word or a leading verb.
ASKING = (
    rf"{QUESTION_WORDS}|"
    r"(?:seit|bis|ab|von) wann|(?:mit|von|für|an|bei|zu) (?:wem|wen|was)|"
    r"(?:in|auf|aus|seit|an|bei|für|mit|nach|von|zu) welche\w*|"
    r"gibt|gab|habt|haben|hat|hatten?|ist|sind|seid|war|waren|wird|werden|wurden?|k(?:a|ö|oe)nn(?:en|t|te)?|darf|dürfen|soll|"
    r"macht|hilft|helft|helfen|stimmt|bietet|nenn\w*|erklär\w*|sag\w*|"
    r"(?:since|until|from) when|(?:with|for|by|from|to|in|on|at|since|until) (?:whom|which|what)|"
    r"is|are|was|were|does|do|did|can|could|will|would|has|have|had|should|tell|name|explain"
)
SENTENCE = re.compile(r"(?<=[?!;؟؛？])\s+|(?<=[^\d\W]{3}[.])\s+(?=[^\W\d_])|(?<=\w):\s+|\s+[–—-]\s+")
JOINING = r"und|and|sowie|oder|or|außerdem|also|plus"


@dataclass(frozen=True)
class Clauses:
    """Where clauses that begin a question of their own may be split, in some languages."""

    joint: re.Pattern[str]
    alone: re.Pattern[str]

    @classmethod
    def of(cls, asking: str, joining: str) -> Clauses:
        """From patterns of words that begin a question and of words that join two."""
        joint = rf"(?:[,،]\s*|\s+)(?:{joining})\s+(?=(?:auch\s+|also\s+)?(?:{asking})\b)"
        return cls(re.compile(joint, re.I), re.compile(rf"\W*(?:{asking})\W*", re.I))


OF_ORIGINALS = Clauses.of(ASKING, JOINING)


@lru_cache
def clauses_of(language: Language | None) -> Clauses:
    """The patterns for a language, or for the originals if nothing is known of it."""
    words = all_words().get(language or "", Words())
    asking, joining = words.get("question_words"), words.get("joiners")
    return Clauses.of(any_of(asking), any_of(joining)) if asking and joining else OF_ORIGINALS


# Words and marks that join two questions, or merely two words: pieces between them are only proposals.
JOINT = re.compile(
    r"\s*[,;/+&]\s+(?:(?:und|and|sowie|oder|or|plus|außerdem|dazu)\s+)?|"
    r"\s+(?:/|\+|&|und|and|sowie|plus|as well as|außerdem|oder|or)\s+",
    re.I,
)
MOST_PIECES, FEWEST_WORDS = 4, 2


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class QuestionSplitter(GraphComponent):
    """Proposes parts; the gate decides whether they are questions of their own."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> QuestionSplitter:
        """Makes the splitter; it has nothing to configure."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets the parts of each message that has several, and the loose pieces of parts and messages."""
        for message in messages:
            evidence = Evidence.from_dict(message.get(EVIDENCE) or {})
            texts = split(message.get(TEXT) or "", evidence.language)
            if len(texts) > 1:
                message.set(PARTS, [_with_pieces(Message(data={TEXT: text})) for text in texts])
            else:
                _with_pieces(message)
        return messages


def _with_pieces(message: Message) -> Message:
    texts = pieces(message.get(TEXT) or "")
    if len(texts) > 1:
        message.set(LOOSE, [Message(data={TEXT: text}) for text in texts])
    return message


def pieces(text: str) -> list[str]:
    """The text between commas and words such as "und"; empty if that makes one piece or too many."""
    found = [piece.strip(" ,;.-–") for piece in JOINT.split(text)]
    kept = [piece for piece in found if len(piece.split()) >= FEWEST_WORDS]
    return kept if 1 < len(kept) <= MOST_PIECES else []


def _sentences(text: str) -> list[str]:
    """The sentences of a text; an abbreviation known to spaCy does not end one."""
    sentences: list[str] = []
    for piece in SENTENCE.split(text):
        if sentences and sentences[-1].split()[-1:] and sentences[-1].split()[-1] in ABBREVIATIONS:
            sentences[-1] = f"{sentences[-1]} {piece}"
        else:
            sentences.append(piece)
    return sentences


def _clauses(sentence: str, clauses: Clauses) -> list[str]:
    """The questions of a sentence; a lone question word belongs to the clause after it ("when and where …")."""
    found, begin = [], 0
    for joint in clauses.joint.finditer(sentence):
        if not clauses.alone.fullmatch(sentence[begin : joint.start()]):
            found.append(sentence[begin : joint.start()])
            begin = joint.end()
    return [*found, sentence[begin:]]


def split(text: str, language: Language | None = None) -> list[str]:
    """The sentences of a text, and clauses that begin a question of their own; the last MOST_PARTS at most."""
    pieces = [clause for sentence in _sentences(text) for clause in _clauses(sentence, clauses_of(language))]
    kept = [piece.strip(" ,;-–،؛") for piece in pieces if len(piece.strip(" ,;-–?!.،؛؟")) >= FEWEST_CHARACTERS]
    return kept[-MOST_PARTS:]
