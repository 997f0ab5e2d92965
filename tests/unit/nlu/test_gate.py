"""The gate answers, asks back or holds back, and names the topic for the rules."""

from __future__ import annotations

import pytest
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from assistant.languages import Evidence
from assistant.nlu.gate import AnswerGate, Judge, Thresholds, intent_of, is_elliptical
from assistant.nlu.parts import CHOICE, EVIDENCE, IN_CONTEXT, PARTS, RANKING, TROUBLE
from assistant.understanding import KEY, Understanding

OPENED, REACHED, FAP = "ask_history/office_opened", "ask_figures/fap_reached", "ask_programmes/fap_overview"
ASYLUM, HELLO = "referral/asylum", "smalltalk/greeting"


def message(text="Wann wurde das Büro eröffnet?", parts=(), ranking=(), **data) -> Message:
    """A message as the components before the gate leave it."""
    ranking = sorted(dict(ranking).items(), key=lambda pair: -pair[1])
    return Message({TEXT: text, RANKING: ranking, PARTS: list(parts), **data})


def understood(given: Message, has_context=False) -> Understanding:
    """What the gate makes of a message."""
    return Judge(Thresholds()).understand(given, has_context)


def decision(ranking, has_context=False, **data) -> tuple[str, tuple[str, ...]]:
    """Decision and choice for a message of one part."""
    (part,) = understood(message(ranking=ranking, **data), has_context).parts
    return part.decision, part.chosen


@pytest.mark.parametrize("best", [OPENED, ASYLUM, HELLO, "control/german"])
def test_sure_message_is_answered(best):
    assert decision({best: 0.4, FAP: 0.1}) == ("answer", (best,))


def test_two_close_candidates_are_asked_about():
    assert decision({OPENED: 0.3, REACHED: 0.2, ASYLUM: 0.15, FAP: 0.1}) == ("clarify", (OPENED, REACHED, ASYLUM))


def test_small_talk_is_never_asked_about():
    assert decision({HELLO: 0.39, "control/help": 0.3}) == ("unsure", ())


def test_faint_candidates_leave_the_gate_unsure():
    assert decision({OPENED: 0.2, REACHED: 0.19}) == ("unsure", (OPENED, REACHED))


def test_nothing_ranked_leaves_the_gate_unsure():
    assert decision({}) == ("unsure", ())


def test_out_of_scope_is_not_answered_but_offers_what_is_near():
    assert decision({"out_of_scope/weather": 0.8, OPENED: 0.1}) == ("unsure", (OPENED,))


def test_request_for_illegal_help_is_answered():
    assert decision({"out_of_scope/illegal": 0.4}) == ("answer", ("out_of_scope/illegal",))


def test_faint_suspicion_of_illegal_help_is_not():
    assert decision({"out_of_scope/illegal": 0.39})[0] == "unsure"


LONG = "Können Sie mir bitte sagen, wann genau das Büro eröffnet wurde?"


def test_a_long_message_is_a_follow_up_only_after_an_answer():
    ranking = {"follow_up/more": 0.6, OPENED: 0.2}
    assert decision(ranking, has_context=True, text=LONG) == ("answer", ("follow_up/more",))
    assert decision(ranking, has_context=False, text=LONG) == ("answer", (OPENED,))


def test_a_short_follow_up_without_an_answer_before_it_stays_one():
    assert decision({"follow_up/more": 0.6, OPENED: 0.2}, text="und seit wann?") == ("answer", ("follow_up/more",))


def test_weight_of_a_dropped_follow_up_goes_to_the_others():
    (part,) = understood(message(text=LONG, ranking={"follow_up/more": 0.5, OPENED: 0.3, FAP: 0.1})).parts
    assert part.reason == "0.68 ≥ 0.4"


def test_short_message_leans_on_the_last_answer():
    leaning = {IN_CONTEXT: [(REACHED, 0.5)]}
    assert decision({OPENED: 0.3}, has_context=True, **leaning) == ("answer", (REACHED,))


@pytest.mark.parametrize("leaning", [(REACHED, 0.49), (HELLO, 0.9), ("out_of_scope/weather", 0.9)])
def test_faint_or_factless_context_does_not_decide(leaning):
    assert decision({OPENED: 0.3}, has_context=True, **{IN_CONTEXT: [leaning]})[0] == "unsure"


def test_sure_message_does_not_lean():
    assert decision({OPENED: 0.5}, has_context=True, **{IN_CONTEXT: [(REACHED, 0.9)]}) == ("answer", (OPENED,))


@pytest.mark.parametrize(
    ("text", "expected"), [("Und wie ist das Wetter?", "answer"), ("Wie ist das Wetter?", "unsure")]
)
def test_message_out_of_scope_leans_only_where_it_is_elliptical(text, expected):
    data = {"text": text, IN_CONTEXT: [(REACHED, 0.9)]}
    assert decision({"out_of_scope/weather": 0.8}, has_context=True, **data)[0] == expected


@pytest.mark.parametrize(
    "text", ["Und 2020?", "and in 2020?", "Was ist mit Syrien?", "what about FAP", "ja und seit wann?"]
)
def test_text_that_leans_is_elliptical(text):
    assert is_elliptical(text)


@pytest.mark.parametrize(
    "text", ["Wann war das?", "Andere Frage", "Und was genau machen all die Leute dort in Berlin?", ""]
)
def test_text_that_stands_for_itself_is_not_elliptical(text):
    assert not is_elliptical(text)


def test_text_without_context_is_not_elliptical():
    given = message("Und 2020?", ranking={OPENED: 0.5})
    assert [understood(given, has).parts[0].elliptical for has in (True, False)] == [True, False]


def test_alarms_add_up_to_a_crisis():
    ranking = {"crisis/suicide": 0.3, "crisis/violence": 0.2, OPENED: 0.45}
    assert understood(message(ranking=ranking)).urgent == "crisis/suicide"


def test_alarms_below_the_sum_are_none():
    assert understood(message(ranking={"crisis/suicide": 0.3, "crisis/violence": 0.19, OPENED: 0.4})).urgent is None


def test_crisis_in_one_part_is_the_only_thing_answered():
    parts = [message(ranking={OPENED: 0.9}), message(ranking={"crisis/violence": 0.8})]
    result = understood(message("Wann? Er schlägt mich.", parts, {OPENED: 0.9}))
    assert (result.urgent, len(result.parts)) == ("crisis/violence", 1)
    assert intent_of(result) == ("crisis", 1.0)


def test_two_questions_with_distinct_facts_are_both_answered():
    parts = [message(ranking={OPENED: 0.6}), message(ranking={REACHED: 0.7})]
    result = understood(message(parts=parts, ranking={OPENED: 0.45}))
    assert [part.chosen for part in result.parts] == [(OPENED,), (REACHED,)]


def test_question_not_understood_beside_two_that_are_is_kept():
    parts = [
        message(ranking={OPENED: 0.6}),
        message("Wie ist das Wetter?", ranking={"out_of_scope/weather": 0.9}),
        message("Ich bin neu hier.", ranking={"out_of_scope/other": 0.9}),
        message(ranking={REACHED: 0.7}),
    ]
    result = understood(message(parts=parts, ranking={OPENED: 0.45}))
    assert [part.decision for part in result.parts] == ["answer", "unsure", "answer"]


def test_two_parts_with_the_same_fact_are_one_question():
    parts = [message("Wann?", ranking={OPENED: 0.6}), message("Seit wann?", ranking={OPENED: 0.7})]
    result = understood(message("Beides", parts, {OPENED: 0.8}))
    assert [part.text for part in result.parts] == ["Beides"]


@pytest.mark.parametrize("second", [{REACHED: 0.45}, {HELLO: 0.9}, {"control/help": 0.9}])
def test_part_that_is_faint_or_no_question_does_not_split_a_message(second):
    parts = [message(ranking={OPENED: 0.6}), message(ranking=second)]
    result = understood(message("Ganz", parts, {OPENED: 0.5}))
    assert [part.text for part in result.parts] == ["Ganz"]


def test_wish_for_a_language_is_heard_beside_a_question():
    parts = [message(ranking={OPENED: 0.6}), message("Auf Deutsch bitte", ranking={"control/german": 0.45})]
    result = understood(message(parts=parts, ranking={OPENED: 0.5}))
    assert [part.chosen for part in result.parts] == [(OPENED,), ("control/german",)]


@pytest.mark.parametrize("story", [{"out_of_scope/other": 0.9}, {HELLO: 0.95}, {FAP: 0.25, REACHED: 0.25}])
def test_question_after_a_story_is_the_one_answered(story):
    parts = [message("Eine Geschichte.", ranking=story), message("Wann?", ranking={OPENED: 0.6})]
    result = understood(message("Alles", parts, {OPENED: 0.2}))
    assert [(part.text, part.chosen) for part in result.parts] == [("Wann?", (OPENED,))]


def test_whole_stays_where_no_part_is_surer():
    parts = [message("a", ranking={OPENED: 0.2}), message("b", ranking={REACHED: 0.2})]
    result = understood(message("Alles", parts, {OPENED: 0.3, FAP: 0.2}))
    assert [(part.text, part.decision) for part in result.parts] == [("Alles", "clarify")]


def test_own_case_stays_whole():
    parts = [message(ranking={OPENED: 0.9}), message(ranking={REACHED: 0.9})]
    result = understood(message("Mein Fall", parts, {ASYLUM: 0.5}))
    assert [(part.text, part.chosen) for part in result.parts] == [("Mein Fall", (ASYLUM,))]


@pytest.mark.parametrize("trouble", ["empty", "unreadable"])
def test_message_without_words_is_not_judged(trouble):
    result = understood(message("", ranking={OPENED: 0.9}, **{TROUBLE: trouble}))
    assert (result.trouble, result.parts) == (trouble, ())


def test_message_that_was_cut_is_still_answered():
    result = understood(message(ranking={OPENED: 0.9}, **{TROUBLE: "too_long"}))
    assert (result.trouble, result.parts[0].chosen) == ("too_long", (OPENED,))


def test_number_is_a_choice_whatever_was_ranked():
    result = understood(message("2", ranking={"crisis/violence": 0.9}, **{CHOICE: 2}))
    assert (result.choice, result.parts, intent_of(result)) == (2, (), ("control", 1.0))


def test_part_keeps_what_the_message_is_about():
    found = [
        ("subject", "fap"),
        ("place", "SY"),
        ("year", "2016"),
        ("year", "2016"),
        ("ordinal", "2"),
        ("ordinal", "1"),
    ]
    entities = [{"entity": entity, "value": value} for entity, value in found]
    (part,) = understood(message(ranking={OPENED: 0.9}, **{ENTITIES: entities})).parts
    assert (part.subjects, part.places, part.years, part.ordinal) == (("fap",), ("SY",), ("2016",), 2)


@pytest.mark.parametrize(
    ("ranking", "intent"),
    [
        ({OPENED: 0.9}, ("ask_history", 0.9)),
        ({REACHED: 0.3, OPENED: 0.2}, ("ask_figures", 0.3)),
        ({"out_of_scope/illegal": 0.6}, ("out_of_scope", 0.6)),
        ({"out_of_scope/weather": 0.9}, ("nlu_fallback", 1.0)),
        ({OPENED: 0.2}, ("nlu_fallback", 1.0)),
        ({HELLO: 0.8}, ("smalltalk", 0.8)),
    ],
)
def test_intent_is_the_topic_of_the_first_part_understood(ranking, intent):
    assert intent_of(understood(message(ranking=ranking))) == intent


def test_gate_writes_intent_and_understanding_for_rasa(made):
    given = message(ranking={OPENED: 0.9}, **{EVIDENCE: Evidence("en", True).as_dict()})
    data = made(AnswerGate).process([given])[0].as_dict(only_output_properties=True)
    assert data[INTENT] == {"name": "ask_history", "confidence": 0.9}
    assert data["intent_ranking"] == [data[INTENT]]
    assert Understanding.from_dict(data[KEY]).evidence == Evidence("en", True)


def test_threshold_is_configurable(made):
    (given,) = made(AnswerGate, answer=0.95).process([message(ranking={OPENED: 0.9})])
    assert given.get(KEY)["parts"][0]["decision"] == "clarify"


@pytest.mark.parametrize("name", list(Thresholds.__dataclass_fields__))
@pytest.mark.parametrize("value", [-0.1, 1.1, pytest.param("0.5")])
def test_threshold_that_is_no_probability_is_refused(made, name, value):
    with pytest.raises(InvalidConfigException, match=name):
        made(AnswerGate, **{name: value})
