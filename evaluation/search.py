"""The site search a visitor would otherwise have: BM25 with stemming over the same knowledge."""

from __future__ import annotations

from collections.abc import Sequence

import bm25s
import Stemmer

from assistant.core.languages import LANGUAGES, Language
from assistant.knowledge import Entry, knowledge, render
from evaluation.cases import Turn
from evaluation.judge import Response

STEMMERS: dict[Language, str] = {"de": "german", "en": "english"}
# A site search cannot say "I don't know", but below this score it shows no hits. Chosen in its favour: the
# best mean of questions answered and rightly left unanswered on the tuning files.
NOTHING_BELOW = 3.0


class Search:
    """Shows the best hit; it is told the question's language, which no visitor would do."""

    name = "search"

    def __init__(self, nothing_below: float = NOTHING_BELOW) -> None:
        self._nothing_below = nothing_below
        self._entries = [entry for entry in knowledge().entries.values() if entry.kind in ("fact", "referral")]
        self._stemmers = {language: Stemmer.Stemmer(name) for language, name in STEMMERS.items()}
        self._indexes = {language: self._index(language) for language in LANGUAGES}

    def answers(self, turns: Sequence[Turn]) -> list[Response]:
        """The best hit for each message, regardless of earlier ones."""
        return [self._answer(turn.text, turn.language) for turn in turns]

    def _index(self, language: Language) -> bm25s.BM25:
        texts = [self._text(entry, language) for entry in self._entries]
        index = bm25s.BM25()
        index.index(self._tokens(texts, language), show_progress=False)
        return index

    def _text(self, entry: Entry, language: Language) -> str:
        names = [
            word
            for subject in entry.subjects
            for word in (knowledge().subjects[subject].name[language], *knowledge().subjects[subject].aliases[language])
        ]
        rendered = render(knowledge(), entry, language)
        return " ".join([rendered.question, rendered.text, *names])

    def _tokens(self, texts: list[str], language: Language) -> bm25s.tokenization.Tokenized:
        return bm25s.tokenize(texts, stopwords=language, stemmer=self._stemmers[language], show_progress=False)

    def _answer(self, text: str, language: Language) -> Response:
        tokens = self._tokens([text], language)
        if not tokens.vocab:
            return Response("", "fallback", language)
        hits, scores = self._indexes[language].retrieve(tokens, k=1, show_progress=False)
        entry, score = self._entries[int(hits[0][0])], float(scores[0][0])
        if score < self._nothing_below:
            return Response("", "fallback", language, candidate=entry.id, confidence=score)
        shown = render(knowledge(), entry, language).text
        return Response(shown, entry.kind, language, (), (entry.id,), entry.id, score)
