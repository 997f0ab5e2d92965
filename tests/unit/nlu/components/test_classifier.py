"""The classifier ranks entries for messages, their parts and follow-ups, and can be saved and loaded."""

from __future__ import annotations

from collections import Counter

import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.events import SlotSet, UserUttered
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.core.conversation import SLOT, Conversation
from assistant.core.languages import LANGUAGES, ORIGINALS, Evidence
from assistant.core.understanding import ENTRIES, kind_of
from assistant.knowledge import knowledge, render
from assistant.nlu.components import classifier
from assistant.nlu.components.classifier import (
    LONGEST_ANSWER,
    MOST_FOLLOW_UP_WORDS,
    Before,
    EntryClassifier,
    asked_elsewhere,
    thinned,
)
from assistant.nlu.components.message_keys import EVIDENCE, IN_CONTEXT, LOOSE, PARTS, RANKING
from assistant.nlu.ranking.alignment import Alignment
from assistant.nlu.ranking.context import Context
from assistant.nlu.ranking.head import Ranking
from tests.unit.nlu.conftest import context, only

OVERVIEW, REACHED, GDI = "ask_programmes/fap_overview", "ask_figures/fap_reached", "ask_data/gdi_overview"
NOTHING = Ranking([], {})
QUESTIONS = ("Seit wann arbeitet ihr hier?", "how many families", "Was macht FAP genau?", "Moin moin", "asyl")


def load(folder):
    """The classifier stored in a folder."""
    config = EntryClassifier.get_default_config()
    return EntryClassifier.load(config, LocalModelStorage(folder), Resource("trained"), context())


def processed(classifier, text, tracker=None, **data):
    """A message after the classifier."""
    return classifier.process([Message({TEXT: text, **data})], tracker)[0]


def parted(classifier, *texts, tracker=None):
    """The parts of a message after the classifier."""
    parts = [Message({TEXT: text}) for text in texts]
    processed(classifier, " ".join(texts), tracker, **{PARTS: parts})
    return parts


def best(message):
    """The id of the most probable class."""
    return message.get(RANKING).entries[0][0]


def leaning(message):
    """The most probable entry, given the previous answers."""
    return next(id_ for id_, _ in message.get(IN_CONTEXT).entries if kind_of(id_) in ENTRIES)


def likely(message, id_):
    """The probability of a class, given the previous answers; 0 if it is not among the best."""
    return dict(message.get(IN_CONTEXT).entries).get(id_, 0.0)


def naming(*values, entity="subject"):
    """The entities of a message that names these subjects."""
    return {ENTITIES: [{"entity": entity, "value": value} for value in values]}


def after(*entries, heard=None):
    """The conversation after these answers, in order, the last of them to a message of these words."""
    slot = AnySlot(SLOT, mappings=[], influence_conversation=False)
    value = Conversation(language="de", entries=entries).as_slot()
    events = [UserUttered(heard)] if heard else []
    return DialogueStateTracker.from_events("visitor", [*events, SlotSet(SLOT, value)], [slot])


@pytest.mark.parametrize(
    ("text", "expected", "kind"),
    [
        ("In welchem Jahr hat das Büro eröffnet?", "ask_history/office_opened", "fact"),
        ("WHEN DID THE OFFICE OPEN", "ask_history/office_opened", "fact"),
        ("Who helps people with asylum?", "referral/asylum", "referral"),
    ],
)
def test_message_is_ranked(trained, text, expected, kind):
    message = processed(trained[0], text)
    kinds = message.get(RANKING).kinds
    assert (best(message), max(kinds, key=kinds.get)) == (expected, kind)


def test_loaded_classifier_ranks_as_the_trained_one(trained):
    classifier, folder = trained
    loaded = load(folder)
    for text in QUESTIONS:
        before, since = (processed(c, text).get(RANKING) for c in (classifier, loaded))
        assert before.entries[0][0] == since.entries[0][0]
        assert dict(since.entries) == pytest.approx(dict(before.entries), abs=0.005)
        assert since.kinds == pytest.approx(before.kinds, abs=0.005)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("uk", "хочу подати на притулок, хто допоможе", "referral/asylum"),
        ("tr", "iltica basvurusu yapmak istiyorum, kim yardim eder", "referral/asylum"),
        ("ar", "ما هو معهد البيانات العالمي", GDI),
        ("ko", "안녕하세요", "smalltalk/greeting"),
    ],
)
def test_message_in_another_language_is_ranked(trained, language, text, expected):
    evidence = Evidence(language=language, clear=True).as_dict()
    assert best(processed(trained[0], text, **{EVIDENCE: evidence})) == expected


def test_questions_of_other_languages_are_learned_where_the_originals_have_the_class():
    asked = asked_elsewhere(knowledge(), Alignment({}), {"referral/asylum"})
    assert set(asked.classes) == {"referral/asylum"}
    assert len(asked.texts) > 8 * 5
    assert asked.vectors.shape == (len(asked.texts), 384)
    assert all(text == text.lower() for text in asked.texts)


def test_model_without_a_head_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="trained"):
        load(tmp_path)


def test_part_has_a_ranking_of_its_own(trained):
    _, part = parted(trained[0], "Hallo.", "Was macht das GDI?")
    assert best(part) == GDI


def test_loose_pieces_have_rankings_of_their_own(trained):
    pieces = [Message({TEXT: text}) for text in ("Was macht das GDI?", "Guten Tag", "apply asylum")]
    part = Message({TEXT: "Was macht das GDI, guten Tag?", LOOSE: pieces[1:]})
    processed(trained[0], "Was macht das GDI?", **{LOOSE: pieces[:1], PARTS: [part]})
    assert [best(piece) for piece in pieces] == [GDI, "smalltalk/greeting", "referral/asylum"]


def test_pieces_of_what_no_fact_answers_are_not_looked_at(trained, monkeypatch):
    monkeypatch.setattr(classifier, "POSSIBLE_QUESTION", 0.9)
    piece = Message({TEXT: "Was macht das GDI?"})
    processed(trained[0], "Guten Tag", **{LOOSE: [piece]})
    assert piece.get(RANKING) is None


@pytest.mark.parametrize("text", ["", None])
def test_message_without_text_has_no_ranking(trained, text):
    assert processed(trained[0], text).get(RANKING) == NOTHING


def test_untrained_classifier_ranks_nothing(made):
    assert processed(made(EntryClassifier), "Moin moin").get(RANKING) == NOTHING


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("id_", "kind"), [("ask_history/present_name", "fact"), ("referral/jobs", "referral")])
def test_question_of_a_button_opens_its_entry_for_certain(trained, id_, kind, language):
    question = render(knowledge(), knowledge().entries[id_], language).question
    message = processed(trained[0], f"  {question.lower()} ", after(OVERVIEW))
    assert message.get(RANKING) == Ranking([(id_, 1.0)], {kind: 1.0})
    assert message.get(IN_CONTEXT) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_button_for_none_of_these_is_known_for_certain(trained, language):
    text = knowledge().phrase("clarify_none", language)
    assert processed(trained[0], text).get(RANKING) == Ranking([("control/none", 1.0)], {"control": 1.0})


def test_every_question_of_the_knowledge_is_known_for_certain(trained):
    base = knowledge()
    wrong = [
        entry.id
        for entry in base.entries.values()
        for language in LANGUAGES
        if processed(trained[0], render(base, entry, language).question).get(RANKING).entries != [(entry.id, 1.0)]
    ]
    assert wrong == []


@pytest.mark.parametrize("text", ["Und wie viele?", "And how many?"])
def test_short_message_leans_on_the_last_answer(trained, text):
    message = processed(trained[0], text, after(OVERVIEW))
    assert best(message) == "follow_up/how_many"
    assert leaning(message) == REACHED
    assert message.get(IN_CONTEXT).kinds["fact"] > message.get(RANKING).kinds["fact"]


def test_message_leans_on_the_last_answer_not_an_earlier_one(trained):
    text = "Was macht das?"
    before, since = (processed(trained[0], text, after(*told)) for told in ((OVERVIEW, GDI), (GDI, OVERVIEW)))
    assert (leaning(before), leaning(since)) == (GDI, OVERVIEW)


def test_what_is_said_without_context_does_not_change_by_it(trained):
    text = "Und wie viele?"
    assert processed(trained[0], text, after(OVERVIEW)).get(RANKING) == processed(trained[0], text).get(RANKING)


def test_what_is_asked_counts_in_context(trained, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "assistant.nlu.components.classifier.Context.boosts",
        lambda self, last, aspects, named, again: asked.append(aspects) or 0.0,
    )
    processed(trained[0], "Und wie viele genau?", after(OVERVIEW))
    assert asked[0].keys() == {"how_many"}
    assert asked[0]["how_many"] > 0.5


def test_subject_that_the_message_names_is_nearer_than_the_last(trained):
    text = "Und was macht das?"
    named = processed(trained[0], text, after(OVERVIEW), **naming("gdi"))
    assert leaning(named) == GDI
    assert likely(named, OVERVIEW) < likely(processed(trained[0], text, after(OVERVIEW)), OVERVIEW)


def test_message_is_read_below_the_one_before(trained):
    text, heard = "Was kostet das?", "Wie beantrage ich Asyl?"
    alone, below = (processed(trained[0], text, after(GDI, heard=words)) for words in (None, heard))
    assert likely(below, "referral/asylum") > likely(alone, "referral/asylum")
    assert below.get(RANKING) == alone.get(RANKING)


def test_words_heard_before_any_answer_change_nothing(trained):
    assert processed(trained[0], "Was kostet das?", after(heard="Asyl?")).get(IN_CONTEXT) is None


@pytest.mark.parametrize("subject", ["iom", "iom_germany"])
def test_naming_what_everything_is_about_picks_out_nothing(trained, subject):
    text = "Und was macht das?"
    named = processed(trained[0], text, after(OVERVIEW), **naming(subject))
    assert named.get(IN_CONTEXT) == processed(trained[0], text, after(OVERVIEW)).get(IN_CONTEXT)


@pytest.mark.parametrize("entity", ["place", "year"])
def test_only_subjects_are_named(trained, entity):
    text = "Und was macht das?"
    other = processed(trained[0], text, after(OVERVIEW), **naming("gdi", entity=entity))
    assert other.get(IN_CONTEXT) == processed(trained[0], text, after(OVERVIEW)).get(IN_CONTEXT)


def test_the_third_names_a_subject_told_before(trained):
    text = "Und das dritte?"
    tracker = after("ask_data/gdi_divisions", OVERVIEW)
    third = processed(trained[0], text, tracker, **naming("3", entity="ordinal"))
    assert third.get(IN_CONTEXT) == processed(trained[0], text, tracker, **naming("gdi")).get(IN_CONTEXT)


def test_part_leans_on_the_part_before_it(trained):
    first, second = parted(trained[0], "Was ist das Familienhilfeprogramm?", "Und wie viele?")
    assert first.get(IN_CONTEXT) is None
    assert leaning(second) == REACHED


def test_part_that_asks_for_no_entry_is_nothing_to_lean_on(trained):
    _, second = parted(trained[0], "Guten Tag", "Und wie viele?")
    assert second.get(IN_CONTEXT) is None


def test_part_leans_on_a_referral_before_it_too(trained):
    _, second = parted(trained[0], "Wie beantrage ich Asyl?", "Und wer hilft?")
    assert leaning(second) == "referral/asylum"


def test_part_that_is_not_likely_enough_is_nothing_to_lean_on(trained, monkeypatch):
    monkeypatch.setattr(classifier, "LIKELY_ENTRY", 1.1)
    _, second = parted(trained[0], "Was ist das Familienhilfeprogramm?", "Und wie viele?")
    assert second.get(IN_CONTEXT) is None


def test_part_leans_on_the_last_answer_where_no_part_before_it_told_one(trained):
    _, second = parted(trained[0], "Guten Tag", "Und wie viele?", tracker=after(OVERVIEW))
    alone = processed(trained[0], "Und wie viele?", after(OVERVIEW))
    assert second.get(IN_CONTEXT) == alone.get(IN_CONTEXT)


def test_what_a_part_asked_for_is_hardly_asked_for_again_in_the_next(trained, monkeypatch):
    text, asked = "Und was genau macht das?", "Was ist das Familienhilfeprogramm?"
    seen, boosts = [], Context.boosts

    def spied(self, last, aspects, named, again):
        seen.append((last.id, again))
        return boosts(self, last, aspects, named, again)

    monkeypatch.setattr(Context, "boosts", spied)
    _, second = parted(trained[0], asked, text)
    since = processed(trained[0], text, after(OVERVIEW, heard=asked))
    assert seen == [(OVERVIEW, False), (OVERVIEW, True)]
    assert likely(second, OVERVIEW) <= likely(since, OVERVIEW)


@pytest.mark.parametrize(("words", "leans"), [(MOST_FOLLOW_UP_WORDS, True), (MOST_FOLLOW_UP_WORDS + 1, False)])
def test_long_message_does_not_lean_on_the_last_answer(trained, words, leans):
    message = processed(trained[0], "wann " * words, after("ask_programmes/fap_overview"))
    assert (message.get(IN_CONTEXT) is not None) == leans


@pytest.mark.parametrize("tracker", [None, after(), after("ask_history/no_such_entry")])
def test_nothing_answered_before_leaves_nothing_to_lean_on(trained, tracker):
    assert processed(trained[0], "Und seit wann?", tracker).get(IN_CONTEXT) is None


@pytest.mark.parametrize(
    "config",
    [
        {"ridge": 0},
        {"ridge": -1.0},
        {"narrowness": 0},
        {"answer_share": 1.1},
        {"answer_sharpness": 0},
        {"sharpness": 0.01},
        {"evenness": 1.1},
        {"ngrams": [0, 3]},
        {"ngrams": [5, 2]},
        pytest.param({"ridge": "0.2"}),
        pytest.param({"sharpness": True}),
        pytest.param({"ngrams": [2]}),
        pytest.param({"ngrams": 3}),
        pytest.param({"spelling": 1.5}),
        pytest.param({"most_ngrams": 0}),
        pytest.param({"most_borrowed": 0}),
    ],
)
def test_configuration_it_could_not_train_with_is_refused(made, config):
    with pytest.raises(InvalidConfigException, match="EntryClassifier"):
        made(EntryClassifier, **config)


def test_training_on_a_single_intent_is_refused(made, encoded):
    with pytest.raises(InvalidConfigException, match="at least two intents"):
        made(EntryClassifier).train(encoded("smalltalk/greeting"))


def test_training_on_nothing_is_refused(made):
    with pytest.raises(InvalidConfigException, match="at least two intents"):
        made(EntryClassifier).train(TrainingData())


@pytest.mark.parametrize("text", ["", "Wie viele?"])
def test_after_a_part_that_found_nothing_all_stays_as_it_was(text):
    before = Before(("a/a",), "Was?")
    assert before.then(text, ()) == before
    assert before.then("Wie?", ("b/b",)) == Before(("a/a", "b/b"), "Wie?", again=False)
    assert before.then("Wie?", ("b/b",)).then(text, ()) == Before(("a/a", "b/b"), "Wie?", again=False)


def test_answers_of_every_entry_are_encoded_in_both_originals():
    base = only(knowledge(), (OVERVIEW, "smalltalk/greeting"))
    found = classifier.answers(base)
    assert sorted(found.classes) == sorted([OVERVIEW, "smalltalk/greeting"] * len(ORIGINALS))
    assert found.vectors.shape == (2 * len(ORIGINALS), 384)
    for id_, text in zip(found.classes, found.texts):
        options = [render(base, base.entries[id_], language) for language in ORIGINALS]
        assert text in [f"{each.question} {each.text[:LONGEST_ANSWER]}" for each in options]


def test_without_entries_there_are_no_answers():
    assert classifier.answers(only(knowledge(), ())).vectors.shape == (0, 384)


@pytest.mark.parametrize(
    ("most", "counts"),
    [(100, {"a": 50, "b": 8, "c": 2}), (60, {"a": 50, "b": 8, "c": 2}), (20, {"a": 10, "b": 8, "c": 2}),
     (11, {"a": 4, "b": 4, "c": 2}), (1, {"a": 1, "b": 1, "c": 1})],
)  # fmt: skip
def test_large_classes_give_way_where_there_are_too_many_questions(most, counts):
    labels = ["a"] * 50 + ["b"] * 8 + ["c"] * 2
    kept = thinned(labels, most)
    assert kept == sorted(set(kept))
    assert Counter(labels[i] for i in kept) == counts
