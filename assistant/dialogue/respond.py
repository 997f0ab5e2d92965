"""The one function that turns an understood message into a reply."""

from __future__ import annotations

from dataclasses import dataclass, replace

from assistant.core.contact_lines import contact_lines
from assistant.core.conversation import Conversation
from assistant.core.envelope import AnswerKind
from assistant.core.languages import ORIGINALS, Language, decide, served
from assistant.core.understanding import ENTRIES, EVERYWHERE, LANGUAGE_REQUEST, MessagePart, Understanding
from assistant.dialogue.reply import Answer, Reply
from assistant.knowledge import Entry, KnowledgeBase, render
from assistant.knowledge.model import Door, localised
from assistant.knowledge.render import AUTHORITATIVE, cards, date_written, filled, names_places, place_name, sentence

# What the training questions call the requests for the originals; those for other languages end in their code.
LANGUAGE_REQUESTS: dict[str, Language] = {"control/german": "de", "control/english": "en"}
NONE, ORIGINAL = "control/none", "control/original"
# Ids without an entry that have a phrase of their own.
PHRASES = {"out_of_scope/illegal": "illegal"}
HUMAN, GENERAL = "referral/human", "general"
# Longer questions hardly ever refer to the last answer.
MOST_FOLLOW_UP_WORDS = 12
MOST_BUTTONS = 3
# Facts remembered for follow-up questions, and entries that are not suggested again.
MOST_FACTS_REMEMBERED, MOST_TOLD_REMEMBERED = 4, 12
# Questions about another time or place, or with a false premise, get the nearest fact.
GAPS_MET_BY_A_FACT = {"other_time", "other_place", "false_premise"}
# What people ask of those who do something, not of its history: repeating that would be no answer.
PRACTICAL_ASPECTS = {"cost", "duration", "documents", "contact", "languages", "who_may"}
ASPECTS_BOUND_TO_PLACES = {("how_many",), ("when",), ("where",)}


def respond(
    understanding: Understanding,
    conversation: Conversation,
    knowledge: KnowledgeBase,
    hint: Language | None = None,
) -> Reply:
    """The reply to a message; `hint` is the visitor's language according to the channel."""
    wish = _requested_language(understanding) or conversation.wish
    language, _ = decide(understanding.evidence, wish, conversation.language, hint)
    turn = Turn(knowledge.said_in(language), language, replace(conversation, language=language, wish=wish))
    return turn.with_languages(turn.reply(understanding), understanding)


def _requested_language(understanding: Understanding) -> Language | None:
    """The language that a message asks for, the last one if it asks for several."""
    requests = [language for part in understanding.parts for language in [_language_asked(part)] if language]
    return requests[-1] if requests else None


def _language_asked(part: MessagePart) -> Language | None:
    """The language that a part asks for, if it does."""
    if part.decision != "answer" or not part.chosen:
        return None
    return LANGUAGE_REQUESTS.get(part.chosen[0]) or served(part.chosen[0].removeprefix(LANGUAGE_REQUEST))


@dataclass(frozen=True)
class Turn:
    """Makes the reply to one message, in the language decided for it."""

    knowledge: KnowledgeBase
    language: Language
    conversation: Conversation

    def with_languages(self, reply: Reply, understanding: Understanding) -> Reply:
        """The reply, below the languages served if the message is in another one."""
        text = self.knowledge.other_languages.get(understanding.evidence.other or "")
        if not text or self.conversation.wish:
            return reply
        other = understanding.evidence.other
        said = Answer("control", filled(text, {}, self.language), language=other)
        answers = (*reply.answers, said) if reply.kind == "crisis" else (said, *reply.answers)
        return replace(reply, answers=answers)

    def reply(self, understanding: Understanding) -> Reply:
        if understanding.trouble in ("empty", "unreadable"):
            return self._single(self._phrase("fallback", understanding.trouble))
        if understanding.urgent:
            return self._from_entries([understanding.urgent])
        if understanding.choice is not None and (self.conversation.offered or not understanding.parts):
            return self._chosen(understanding.choice)
        parts = [part for part in understanding.parts if not _language_asked(part)]
        if not parts:
            return self._language_changed() if understanding.parts else self._fallback(MessagePart(text=""))
        reply = self._part(parts[0]) if len(parts) == 1 else self._several(parts)
        if understanding.trouble == "too_long":
            note = self._phrase("control", "too_long")
            return replace(reply, answers=(note, *reply.answers))
        return reply

    def _part(self, part: MessagePart) -> Reply:
        """The reply to a message with one question."""
        entry = self._entry_of(part)
        if entry:
            reply = self._from_entries([entry.id])
            return replace(reply, answers=(self._within_scope(reply.answers[0], part, entry), *reply.answers[1:]))
        best = part.chosen[0] if part.chosen else ""
        if part.decision == "answer" and best in self.knowledge.withdrawn:
            return self._single(self._withdrawn(best))
        if part.decision == "clarify":
            return self._clarify(part.chosen)
        if part.decision == "answer" and best in PHRASES:
            return self._single(self._phrase("referral", PHRASES[best]))
        if part.decision == "answer" and best.startswith("control/"):
            return self._control(best)
        if part.decision == "answer" and best.startswith("follow_up/"):
            return self._unknown_aspect(part)
        return self._fallback(part)

    def _within_scope(self, answer: Answer, part: MessagePart, entry: Entry) -> Answer:
        """The answer, below a heading if the question names a year or place that it does not cover."""
        # Names are looked for in an original, since many languages inflect them.
        text, language = (answer.original, AUTHORITATIVE) if answer.original else (answer.text, answer.language)
        if entry.id in self.knowledge.overdue:
            # The last paragraph gives the date of the overdue review, which is no part of the answer.
            text = text.rpartition("\n\n")[0]
        beyond = _years_beyond(part, entry, text)
        beyond += [
            place_name(code, self.language) for code in _places_beyond(part, entry, text, language or AUTHORITATIVE)
        ]
        if not beyond:
            return answer
        heading = sentence(self.knowledge, "beyond", self.language, what=", ".join(beyond))
        return replace(_below(heading, answer), kind="fallback")

    def _entry_of(self, part: MessagePart) -> Entry | None:
        """The entry that answers a part, if there is one."""
        return self.knowledge.find(part.chosen[0]) if part.decision == "answer" and part.chosen else None

    def _several(self, parts: list[MessagePart]) -> Reply:
        """The reply to a message with several questions: for each, in order, an answer, a referral or a fallback."""
        answers: list[Answer] = []
        ids: list[str] = []
        for part in parts:
            entry = self._entry_of(part)
            if entry and entry.id not in ids:
                ids.append(entry.id)
                answers.append(self._within_scope(self._answer(entry), part, entry))
            elif not entry:
                answers.append(self._without_entry(part))
        return self._reply(tuple(answers), ids)

    def _without_entry(self, part: MessagePart) -> Answer:
        """The answer to one of several questions if no entry answers it."""
        best = part.chosen[0] if part.chosen and part.decision == "answer" else ""
        if best in self.knowledge.withdrawn:
            return self._withdrawn(best)
        if best in PHRASES:
            return self._phrase("referral", PHRASES[best])
        said = sentence(self.knowledge, "fallback_part", self.language, question=_shown(part.text))
        return Answer("fallback", f"{said} {self._gap(part)}" if part.gap else said)

    def _from_entries(self, ids: list[str], heading: str | None = None) -> Reply:
        entries = [entry for entry in map(self.knowledge.find, ids) if entry]
        if not entries:
            withdrawn = next((id_ for id_ in ids if id_ in self.knowledge.withdrawn), None)
            return self._single(self._withdrawn(withdrawn)) if withdrawn else self._fallback(MessagePart(text=""))
        answers = tuple(self._answer(entry) for entry in entries)
        if heading:
            answers = (_below(heading, answers[0]), *answers[1:])
        return self._reply(answers, [entry.id for entry in entries])

    def _reply(self, answers: tuple[Answer, ...], ids: list[str]) -> Reply:
        """A reply made of entries, which are remembered and whose related entries are suggested."""
        entries = [self.knowledge.entries[id_] for id_ in ids]
        facts = tuple(entry.id for entry in entries if entry.kind in ENTRIES)
        history = (*self.conversation.entries, *facts)[-MOST_FACTS_REMEMBERED:]
        told = (*self.conversation.told, *ids)[-MOST_TOLD_REMEMBERED:]
        related = dict.fromkeys(
            r for entry in entries for r in entry.related if r not in told and self.knowledge.find(r)
        )
        unchecked = any(answer.original and not answer.approved for answer in answers)
        offered = (*tuple(related)[:MOST_BUTTONS], *([ORIGINAL] if unchecked else []))
        said = tuple(ids) or self.conversation.said
        conversation = replace(self.conversation, entries=history, said=said, told=told, offered=offered)
        heading = self.knowledge.phrase("suggestions", self.language) if offered else None
        return Reply(self.language, answers, conversation, heading, self._questions(offered))

    def _answer(self, entry: Entry) -> Answer:
        rendered = render(self.knowledge, entry, self.language)
        answer = Answer(
            kind=entry.kind,
            text=rendered.text,
            entry=entry.id,
            as_of=entry.as_of,
            sources=rendered.sources,
            question=rendered.question,
            note_as_of=entry.note.as_of if entry.note else None,
            contacts=rendered.contacts,
            approved=rendered.approved,
            language=rendered.language,
            original=rendered.original,
            heading=self._only_in(rendered.language),
        )
        return self._with_people_of_topic(answer, entry) if entry.id == HUMAN else answer

    def _only_in(self, language: Language) -> str | None:
        """The line above a text that is not there in the visitor's language."""
        return None if language == self.language else self.knowledge.phrase(f"only_in_{language}", self.language)

    def _with_people_of_topic(self, answer: Answer, entry: Entry) -> Answer:
        """Whom a visitor can talk to: first those whom the last answer named."""
        said = [found for id_ in self.conversation.said for found in [self.knowledge.find(id_)] if found]
        named = dict.fromkeys(contact for each in said if each.id != HUMAN for contact in each.contacts)
        topical = cards(self.knowledge, named, self.language)
        if not topical:
            return answer
        lines = "; ".join(contact_lines(topical, ""))
        heading = sentence(self.knowledge, "human_topic", self.language, contacts=lines)
        contacts = cards(self.knowledge, dict.fromkeys([*named, *entry.contacts]), self.language)
        return replace(_below(heading, answer), contacts=contacts)

    def _withdrawn(self, id_: str) -> Answer:
        """What is said in place of a withdrawn answer, and who can help meanwhile."""
        door = self.knowledge.doors.get(self.knowledge.area_of(id_) or GENERAL)
        words = [filled(localised(door.words, self.language), door.values, self.language)] if door else []
        contacts = cards(self.knowledge, door.contacts, self.language) if door else ()
        text = " ".join([self.knowledge.phrase("withdrawn", self.language), *words])
        return Answer("fallback", text, contacts=contacts)

    def _clarify(self, ids: tuple[str, ...]) -> Reply:
        offered = (*[id_ for id_ in ids if self.knowledge.find(id_)][:MOST_BUTTONS], NONE)
        conversation = replace(self.conversation, offered=offered)
        answer = self._phrase("clarify", "clarify")
        return Reply(self.language, (answer,), conversation, None, self._questions(offered))

    def _fallback(self, part: MessagePart) -> Reply:
        """Admits what is not known, says who can help, and gives or offers what is known of the same subject."""
        near = [id_ for id_ in part.chosen if self._shares_subject(id_, part)]
        facts = [id_ for id_ in near if self.knowledge.entries[id_].kind == "fact"]
        text = self._gap(part)
        if part.gap in GAPS_MET_BY_A_FACT and facts:
            known = f"{text} {self.knowledge.phrase('known', self.language)}"
            said = self._from_entries(facts[:1], heading=known)
            return replace(said, answers=tuple(replace(answer, kind="fallback") for answer in said.answers))
        offered = tuple(near[:MOST_BUTTONS])
        heading = self.knowledge.phrase("fallback_near", self.language) if offered else None
        conversation = replace(self.conversation, offered=offered)
        door = door_for(part, self.knowledge, self.conversation.entry)
        words = [filled(localised(door.words, self.language), door.values, self.language)] if door else []
        contacts = cards(self.knowledge, door.contacts, self.language) if door else ()
        answer = Answer("fallback", " ".join([text, *words]), contacts=contacts)
        return Reply(self.language, (answer,), conversation, heading, self._questions(offered))

    def _shares_subject(self, id_: str, part: MessagePart) -> bool:
        """Whether an entry is about something that the part names."""
        entry = self.knowledge.find(id_)
        return entry is not None and bool(set(entry.subjects) & set(part.subjects) - EVERYWHERE)

    def _gap(self, part: MessagePart) -> str:
        """The phrase for a question that no entry answers, depending on what is missing."""
        key = f"gap_{part.gap}"
        return sentence(self.knowledge, key if key in self.knowledge.phrases else "fallback", self.language)

    def _chosen(self, number: int) -> Reply:
        offered = self.conversation.offered
        if not offered:
            return self._fallback(MessagePart(text=""))
        if not 1 <= number <= len(offered):
            return self._clarify(tuple(id_ for id_ in offered if id_ != NONE))
        id_ = offered[number - 1]
        return self._control(id_) if id_.startswith("control/") else self._from_entries([id_])

    def _control(self, id_: str) -> Reply:
        context = self.knowledge.find(self.conversation.entry)
        if id_ == "control/repeat":
            said = list(self.conversation.said)
            return self._from_entries(said) if said else self._single(self._phrase("control", "repeat_nothing"))
        if id_ == ORIGINAL:
            return self._original()
        if id_ == "control/source":
            last = self.conversation.said[-1] if self.conversation.said else None
            return self._source(self.knowledge.find(last) or context)
        if id_ == "control/stop":
            days = self.knowledge.entries["smalltalk/privacy"].values["days"]
            return self._single(Answer("control", sentence(self.knowledge, "stop", self.language, days=days)))
        if id_ == "control/more":
            return self._more(context)
        return self._fallback(MessagePart(text=""))

    def _original(self) -> Reply:
        """The last answers in the language that counts, which changes nothing else."""
        german = replace(self, knowledge=self.knowledge.said_in(AUTHORITATIVE), language=AUTHORITATIVE)
        said = list(self.conversation.said)
        return german._from_entries(said) if said else self._single(self._phrase("control", "repeat_nothing"))

    def _source(self, context: Entry | None) -> Reply:
        answer = self._answer(context) if context else None
        if not answer or not answer.sources:
            return self._single(self._phrase("control", "source_none"))
        as_of = date_written(answer.as_of or "", self.language)
        key = "source_asked" if answer.as_of else "source_line_undated"
        sources = self.knowledge.phrase("source_separator", self.language).join(
            f"{source.title} ({source.publisher}), {source.url}" for source in answer.sources
        )
        text = sentence(self.knowledge, key, self.language, as_of=as_of, sources=sources)
        return self._single(replace(answer, kind="control", text=text))

    def _more(self, context: Entry | None) -> Reply:
        related = context.related if context else ()
        fresh = [id_ for id_ in related if id_ not in self.conversation.told and self.knowledge.find(id_)]
        if fresh:
            return self._from_entries(fresh[:1], heading=self.knowledge.phrase("more", self.language))
        return self._single(self._phrase("control", "more_nothing"))

    def _unknown_aspect(self, part: MessagePart) -> Reply:
        """Admits that the last answer's subject holds nothing on what is asked, and says who can help with it."""
        context = self.knowledge.find(self.conversation.entry)
        if not context:
            return self._single(self._phrase("control", "follow_up_without_topic"))
        if context.contacts:
            contacts = cards(self.knowledge, context.contacts, self.language)
            lines = "; ".join(contact_lines(contacts, ""))
            text = sentence(self.knowledge, "follow_up_contacts", self.language, contacts=lines)
            return self._single(Answer("referral", text, contacts=contacts))
        if part.chosen[0].removeprefix("follow_up/") in PRACTICAL_ASPECTS:
            return self._fallback(replace(part, gap="follow_up"))
        return self._from_entries([context.id], heading=self.knowledge.phrase("follow_up_unknown", self.language))

    def _language_changed(self) -> Reply:
        """Confirms the language and repeats the last reply in it, to keep the topic."""
        confirmation = self._phrase("control", "language_set")
        said = [self._answer(entry) for entry in map(self.knowledge.find, self.conversation.said) if entry]
        return Reply(self.language, (confirmation, *said), self.conversation)

    def _phrase(self, kind: AnswerKind, key: str) -> Answer:
        return Answer(kind, sentence(self.knowledge, key, self.language))

    def _single(self, answer: Answer) -> Reply:
        return Reply(self.language, (answer,), self.conversation)

    def _questions(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        keys = {NONE: "clarify_none", ORIGINAL: "original"}
        shown = {id_: self.knowledge.phrase(key, self.language) for id_, key in keys.items()}
        return tuple(
            shown.get(id_) or render(self.knowledge, self.knowledge.entries[id_], self.language).question for id_ in ids
        )


def _below(heading: str, answer: Answer) -> Answer:
    """The answer with another line above it."""
    return replace(answer, heading="\n".join(line for line in (heading, answer.heading) if line))


def _years_beyond(part: MessagePart, entry: Entry, text: str) -> list[str]:
    """Years whose figure a question asks for but the answer does not mention: a total is not one year's figure."""
    return [year for year in part.years if entry.aspects[:1] == ("how_many",) and year not in text]


def _places_beyond(part: MessagePart, entry: Entry, text: str, language: Language) -> list[str]:
    """Places (ISO codes) that a question about a number, time or place mentions but the answer does not.

    An answer about a time or place that names no country holds for all of them.
    """
    if entry.aspects[:1] not in ASPECTS_BOUND_TO_PLACES:
        return []
    if entry.aspects[0] != "how_many" and not names_places(text, language):
        return []
    names = {code: {place_name(code, other) for other in ORIGINALS} for code in part.places}
    return [code for code in names if not any(known in text for known in names[code])]


def door_for(part: MessagePart, knowledge: KnowledgeBase, last: str | None = None) -> Door | None:
    """Where a question without an answer leads: to the area of its likeliest entries, or of the last answer.

    Where no area is likely, general advice is offered.
    """
    shares: dict[str, float] = {}
    for candidate in part.ranking:
        area = knowledge.area_of(candidate.id)
        if area and candidate.kind in ENTRIES:
            shares[area] = shares.get(area, 0.0) + candidate.confidence
    likely = [area for area in shares if shares[area] >= knowledge.doors[area].least]
    if likely:
        return knowledge.doors[max(likely, key=lambda area: shares[area])]
    continued = knowledge.area_of(last) if last and len(part.text.split()) <= MOST_FOLLOW_UP_WORDS else None
    return knowledge.doors.get(continued or GENERAL)


def _shown(text: str, most: int = 80) -> str:
    return text if len(text) <= most else f"{text[:most].rstrip()} …"
