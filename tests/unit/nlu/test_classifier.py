"""The classifier ranks entries for messages, parts and follow-ups, and survives storage."""

from __future__ import annotations

import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.events import SlotSet
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.dialogue.conversation import SLOT, Conversation
from assistant.knowledge import knowledge, render
from assistant.languages import LANGUAGES
from assistant.nlu.classifier import LONGEST_FOLLOW_UP, EntryClassifier
from assistant.nlu.parts import IN_CONTEXT, PARTS, RANKING
from tests.unit.nlu.conftest import context

QUESTIONS = ("Seit wann arbeitet ihr hier?", "how many families", "Was macht FAP genau?", "Moin moin", "asyl")


def load(folder):
    """The classifier that was written to a folder."""
    config = EntryClassifier.get_default_config()
    return EntryClassifier.load(config, LocalModelStorage(folder), Resource("trained"), context())


def processed(classifier, text, tracker=None):
    """A message after the classifier."""
    return classifier.process([Message({TEXT: text})], tracker)[0]


def after(entry, language="de"):
    """A conversation in which that entry was the last answer."""
    slot = AnySlot(SLOT, mappings=[], influence_conversation=False)
    value = Conversation(language=language, entries=(entry,) if entry else ()).as_slot()
    return DialogueStateTracker.from_events("visitor", [SlotSet(SLOT, value)], [slot])


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("In welchem Jahr hat das Büro eröffnet?", "ask_history/office_opened"),
        ("WHEN DID THE OFFICE OPEN", "ask_history/office_opened"),
        ("Who helps people with asylum?", "referral/asylum"),
    ],
)
def test_message_is_ranked(trained, text, best):
    assert processed(trained[0], text).get(RANKING)[0][0] == best


def test_loaded_classifier_ranks_as_the_trained_one(trained):
    classifier, folder = trained
    loaded = load(folder)
    for text in QUESTIONS:
        before, since = (processed(c, text).get(RANKING) for c in (classifier, loaded))
        assert [id_ for id_, _ in before] == [id_ for id_, _ in since]
        assert dict(since) == pytest.approx(dict(before), abs=0.005)


def test_model_without_a_head_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="trained"):
        load(tmp_path)


def test_part_has_a_ranking_of_its_own(trained):
    part = Message({TEXT: "Was macht das GDI?"})
    trained[0].process([Message({TEXT: "Hallo. Was macht das GDI?", PARTS: [part]})])
    assert part.get(RANKING)[0][0] == "ask_data/gdi_overview"


@pytest.mark.parametrize("text", ["", None])
def test_message_without_text_has_no_ranking(trained, text):
    assert processed(trained[0], text).get(RANKING) == []


def test_untrained_classifier_ranks_nothing(made):
    assert processed(made(EntryClassifier), "Moin moin").get(RANKING) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_question_of_a_button_opens_its_entry_for_certain(trained, language):
    entry = knowledge().entries["ask_history/present_name"]
    question = render(knowledge(), entry, language).question
    assert processed(trained[0], f"  {question.lower()} ").get(RANKING) == [(entry.id, 1.0)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_button_for_none_of_these_is_known_for_certain(trained, language):
    text = knowledge().phrase("clarify_none", language)
    assert processed(trained[0], text).get(RANKING) == [("control/none", 1.0)]


def test_every_question_of_the_knowledge_is_known_for_certain(trained):
    base = knowledge()
    wrong = [
        entry.id
        for entry in base.entries.values()
        for language in LANGUAGES
        if processed(trained[0], render(base, entry, language).question).get(RANKING) != [(entry.id, 1.0)]
    ]
    assert wrong == []


@pytest.mark.parametrize(("language", "text"), [("de", "Und seit wann?"), ("en", "And since when?")])
def test_short_message_is_ranked_with_the_question_last_answered(trained, language, text):
    entry = knowledge().entries["ask_programmes/fap_overview"]
    message = processed(trained[0], text, after(entry.id, language))
    together = processed(trained[0], f"{entry.question[language]} {text}")
    assert message.get(IN_CONTEXT) == together.get(RANKING)
    assert message.get(IN_CONTEXT) != message.get(RANKING)


@pytest.mark.parametrize(("words", "leans"), [(LONGEST_FOLLOW_UP, True), (LONGEST_FOLLOW_UP + 1, False)])
def test_long_message_does_not_lean_on_the_last_answer(trained, words, leans):
    message = processed(trained[0], "wann " * words, after("ask_programmes/fap_overview"))
    assert (message.get(IN_CONTEXT) is not None) == leans


@pytest.mark.parametrize("tracker", [None, after(None), after("ask_history/no_such_entry")])
def test_nothing_answered_before_leaves_nothing_to_lean_on(trained, tracker):
    assert processed(trained[0], "Und seit wann?", tracker).get(IN_CONTEXT) is None


@pytest.mark.parametrize(
    "config",
    [
        {"C": 0},
        {"C": -1.0},
        {"ngrams": [0, 3]},
        {"ngrams": [5, 2]},
        pytest.param({"C": "20"}),
        pytest.param({"ngrams": [2]}),
        pytest.param({"ngrams": 3}),
        pytest.param({"spelling": 1.5}),
        pytest.param({"most_ngrams": 0}),
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
