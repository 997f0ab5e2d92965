"""The gate answers, asks back or holds back, and names the topic for the rules."""

from __future__ import annotations

import pytest
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from assistant.core.languages import Evidence
from assistant.core.understanding import KEY, Understanding, kind_of
from assistant.nlu.components.gate import MOST_ELLIPSIS_WORDS, AnswerGate, Judge, Thresholds, intent_of
from assistant.nlu.components.message_keys import CHOICE, EVIDENCE, IN_CONTEXT, LOOSE, PARTS, RANKING, TROUBLE
from assistant.nlu.ranking.head import Ranking

OPENED, REACHED, FAP = "ask_history/office_opened", "ask_figures/fap_reached", "ask_programmes/fap_overview"
ASYLUM, HELLO, MONEY, FAR = "referral/asylum", "smalltalk/greeting", "out_of_scope/money", "out_of_scope/far"
ILLEGAL, MORE, WHEN = "out_of_scope/illegal", "control/more", "follow_up/when"
VIOLENCE, SELF_HARM = "crisis/violence", "crisis/self_harm"
LONG = "Können Sie mir bitte sagen, wann genau das Büro eröffnet wurde?"
AT = Thresholds()


def ranked(ranking, kinds=None) -> Ranking:
    """A ranking; unless given, a kind is as probable as all its entries together."""
    summed = dict.fromkeys(map(kind_of, ranking), 0.0)
    for id_, confidence in ranking.items():
        summed[kind_of(id_)] += confidence
    return Ranking(sorted(ranking.items(), key=lambda pair: -pair[1]), summed if kinds is None else kinds)


def message(text="Wann wurde das Büro eröffnet?", parts=(), ranking=(), kinds=None, context=None, **data) -> Message:
    """A message as the gate receives it."""
    leaning = {IN_CONTEXT: context if isinstance(context, Ranking) else ranked(context)} if context else {}
    return Message({TEXT: text, RANKING: ranked(dict(ranking), kinds), PARTS: list(parts), **leaning, **data})


def understood(given: Message, at: Thresholds = AT) -> Understanding:
    """What the gate makes of a message."""
    return Judge(at).understand(given)


def part_of(ranking, at: Thresholds = AT, **data):
    """What the gate makes of a message that is one part."""
    (part,) = understood(message(ranking=ranking, **data), at).parts
    return part


def decision(ranking, at: Thresholds = AT, **data) -> tuple[str, tuple[str, ...]]:
    """The decision and the chosen entry for a message with one part."""
    part = part_of(ranking, at, **data)
    return part.decision, part.chosen


def chosen(result: Understanding) -> list[tuple[str, ...]]:
    """What was chosen for each part."""
    return [part.chosen for part in result.parts]


@pytest.mark.parametrize(("sure", "expected"), [(AT.fact, "answer"), (AT.fact - 0.01, "clarify")])
def test_a_fact_is_told_where_some_fact_is_likely_enough(sure, expected):
    assert decision({OPENED: 0.2}, kinds={"fact": sure, "out_of_scope": 1 - sure}) == (expected, (OPENED,))


def test_facts_count_together_and_the_best_is_told():
    assert decision({OPENED: 0.4, REACHED: 0.25, HELLO: 0.35}) == ("answer", (OPENED,))


def test_two_close_facts_are_asked_about():
    at = Thresholds(lead=0.6)
    ranking = {OPENED: 0.3, ASYLUM: 0.25, REACHED: 0.25, FAP: 0.1, "ask_data/dtm": 0.1}
    assert decision(ranking, at) == ("clarify", (OPENED, REACHED, FAP))


def test_two_close_facts_are_asked_about_though_there_is_no_third():
    assert decision({OPENED: 0.3, REACHED: 0.29}) == ("clarify", (OPENED, REACHED))


def test_a_fact_that_leads_by_just_enough_is_told():
    assert decision({OPENED: 0.3, REACHED: 0.3}, Thresholds(lead=0.5)) == ("answer", (OPENED,))


@pytest.mark.parametrize("ranking", [{OPENED: 0.6, REACHED: 0.3}, {OPENED: 0.6, ASYLUM: 0.4}])
def test_a_fact_that_leads_the_other_facts_is_told(ranking):
    assert decision(ranking, Thresholds(lead=0.6)) == ("answer", (OPENED,))


@pytest.mark.parametrize("best", [ASYLUM, HELLO, MORE, "control/german"])
def test_another_kind_is_answered_where_it_is_likely_enough(best):
    assert decision({best: 0.2}, kinds={kind_of(best): AT.other}) == ("answer", (best,))


@pytest.mark.parametrize("best", [HELLO, MORE])
def test_another_kind_that_is_faint_is_not(best):
    assert decision({best: 0.9}, kinds={kind_of(best): AT.other - 0.01}) == ("unsure", ())


@pytest.mark.parametrize("best", [HELLO, MORE])
@pytest.mark.parametrize(
    ("text", "sure", "answered"), [("Wort", 0, True), ("ein Wort", -0.01, False), (LONG, -0.01, True)]
)
def test_a_word_or_two_are_small_talk_or_a_wish_only_when_that_is_sure(best, text, sure, answered):
    found = decision({best: 0.9}, kinds={kind_of(best): AT.curt + sure}, text=text)
    assert found == (("answer", (best,)) if answered else ("unsure", ()))


def test_small_talk_and_wishes_of_a_word_or_two_count_together():
    shares = {"smalltalk": AT.curt - 0.1, "control": 0.1}
    assert decision({HELLO: 0.9}, kinds=shares, text="Wort") == ("answer", (HELLO,))


def test_only_the_most_likely_of_the_other_kinds_is_answered():
    assert decision({ASYLUM: 0.5, HELLO: 0.45}) == ("answer", (ASYLUM,))


def test_a_fact_likely_enough_comes_before_a_likelier_other_kind():
    assert decision({OPENED: 0.3, HELLO: 0.7}, Thresholds(fact=0.25)) == ("answer", (OPENED,))


def test_nothing_ranked_leaves_the_gate_unsure():
    assert decision({}) == ("unsure", ())


def test_a_message_never_ranked_leaves_the_gate_unsure():
    (part,) = understood(Message({TEXT: "?"})).parts
    assert (part.decision, part.chosen, part.gap) == ("unsure", (), "")


@pytest.mark.parametrize(("fact", "expected"), [(0.1, "clarify"), (0.08, "unsure")])
def test_facts_and_referrals_together_are_worth_asking_about(fact, expected):
    kinds = {"out_of_scope": 0.94 - fact, "fact": fact, "referral": 0.06}
    assert decision({MONEY: 0.8, ASYLUM: 0.1, OPENED: 0.05}, kinds=kinds) == (expected, (ASYLUM, OPENED))


def test_at_most_three_are_asked_about():
    ranking = {OPENED: 0.14, REACHED: 0.13, ASYLUM: 0.12, FAP: 0.11, MONEY: 0.5}
    assert decision(ranking) == ("clarify", (OPENED, REACHED, ASYLUM))


def test_small_talk_is_never_asked_about():
    assert decision({HELLO: 0.39, OPENED: 0.3, MORE: 0.31}) == ("clarify", (OPENED,))


def test_without_facts_and_referrals_there_is_nothing_to_ask_about():
    assert decision({HELLO: 0.35, MORE: 0.33}, kinds={"smalltalk": 0.35, "fact": 0.3}) == ("unsure", ())


def test_out_of_scope_is_not_answered_but_offers_what_is_near():
    assert decision({MONEY: 0.9, OPENED: 0.1}) == ("unsure", (OPENED,))


@pytest.mark.parametrize("name", ["money", "other_place", "far", "near"])
def test_what_is_asked_and_not_known_is_named(name):
    assert part_of({f"out_of_scope/{name}": 0.6, "out_of_scope/opinion": 0.3, OPENED: 0.1}).gap == name


def test_where_another_kind_is_likelier_no_gap_is_named():
    part = part_of({MONEY: 0.6, HELLO: 0.3}, kinds={"out_of_scope": 0.3, "smalltalk": 0.35})
    assert (part.decision, part.gap) == ("unsure", "")


def test_where_something_is_answered_or_asked_about_there_is_no_gap():
    parts = [part_of({OPENED: 0.6, MONEY: 0.4}), part_of({OPENED: 0.2, MONEY: 0.8})]
    assert [(part.decision, part.gap) for part in parts] == [("answer", ""), ("clarify", "")]


def test_request_for_illegal_help_is_answered():
    assert decision({ILLEGAL: 0.3}, kinds={"out_of_scope": AT.other}) == ("answer", (ILLEGAL,))


def test_faint_suspicion_of_illegal_help_is_not():
    assert decision({ILLEGAL: 0.9}, kinds={"out_of_scope": AT.other - 0.01}) == ("unsure", ())


def test_illegal_help_less_likely_than_another_gap_is_not_answered():
    assert part_of({MONEY: 0.5, ILLEGAL: 0.4}).gap == "money"


@pytest.mark.parametrize(
    ("words", "context", "expected"),
    [
        (MOST_ELLIPSIS_WORDS, None, WHEN),
        (MOST_ELLIPSIS_WORDS + 1, None, OPENED),
        (MOST_ELLIPSIS_WORDS + 1, {HELLO: 1.0}, WHEN),
    ],
)
def test_a_long_message_follows_up_only_on_an_answer(words, context, expected):
    part = part_of({WHEN: 0.6, OPENED: 0.3, HELLO: 0.1}, text="wann " * words, context=context)
    assert (part.decision, part.chosen) == ("answer", (expected,))


def test_weight_of_a_dropped_follow_up_goes_to_the_others():
    part = part_of({WHEN: 0.6, OPENED: 0.3, HELLO: 0.1}, text=LONG)
    assert part.reason == f"fact 0.75 ≥ {AT.fact}"


def test_a_long_message_that_is_nothing_but_a_follow_up_is_not_known():
    assert decision({WHEN: 1.0}, kinds={"follow_up": 1.0, "fact": 0.0}, text=LONG) == ("unsure", ())


@pytest.mark.parametrize("ranking", [{MONEY: 1.0}, {OPENED: 1.0}, {WHEN: 1.0}, {ASYLUM: 0.7, OPENED: 0.3}])
def test_short_message_leans_on_the_last_answer(ranking):
    context = ranked({REACHED: 0.2, OPENED: 0.1}, {"fact": AT.context})
    assert decision(ranking, context=context) == ("answer", (REACHED,))


@pytest.mark.parametrize("context", [{REACHED: 0.39, HELLO: 0.61}, {HELLO: 0.9, REACHED: 0.1}, {MONEY: 1.0}])
def test_faint_or_factless_context_does_not_decide(context):
    assert decision({MONEY: 1.0}, context=context) == ("unsure", ())


def test_in_context_a_follow_up_gives_its_weight_to_the_others():
    context = {WHEN: 0.5, REACHED: 0.25, MONEY: 0.25}
    assert decision({MONEY: 1.0}, context=context) == ("answer", (REACHED,))


@pytest.mark.parametrize("best", [HELLO, ASYLUM, MORE])
@pytest.mark.parametrize(("sure", "leans"), [(AT.alone, False), (AT.alone - 0.01, True)])
def test_another_kind_that_is_sure_stands_alone(best, sure, leans):
    given = {"kinds": {kind_of(best): sure}, "context": {REACHED: 0.9}}
    assert decision({best: 0.2}, **given) == ("answer", (REACHED,) if leans else (best,))


def test_what_names_the_first_or_second_leans_however_sure_it_is():
    ordinal = {ENTITIES: [{"entity": "ordinal", "value": "2"}]}
    assert decision({HELLO: 1.0}, context={REACHED: 0.9}, **ordinal) == ("answer", (REACHED,))


def test_what_leans_has_no_gap():
    assert part_of({MONEY: 1.0}, context={REACHED: 0.9}).gap == ""


@pytest.mark.parametrize(("sure", "urgent"), [(AT.crisis, SELF_HARM), (AT.crisis - 0.01, None)])
def test_an_emergency_is_one_however_likely_something_else(sure, urgent):
    kinds = {"crisis": sure, "fact": 1 - sure}
    ranking = {SELF_HARM: 0.02, VIOLENCE: 0.01, OPENED: 0.9}
    assert understood(message(ranking=ranking, kinds=kinds)).urgent == urgent


def test_an_emergency_comes_before_leaning_on_the_last_answer():
    assert understood(message(ranking={VIOLENCE: 0.4, OPENED: 0.6}, context={REACHED: 1.0})).urgent == VIOLENCE


@pytest.mark.parametrize(
    ("whole", "part", "urgent"),
    [
        (0.0, AT.crisis_part, VIOLENCE),
        (0.0, AT.crisis_part - 0.01, None),
        (0.02, AT.crisis_part_hinted, VIOLENCE),
        (0.019, AT.crisis_part_hinted, None),
        (0.02, AT.crisis_part_hinted - 0.01, None),
    ],
)
def test_a_part_is_an_emergency_sooner_where_the_whole_hints_at_one(whole, part, urgent):
    parts = [
        message("Wann war das?", ranking={OPENED: 0.9}),
        message("Er schlägt mich.", ranking={VIOLENCE: 0.9}, kinds={"crisis": part, "out_of_scope": 1 - part}),
    ]
    given = message("Alles", parts, {OPENED: 0.9, SELF_HARM: 0.1}, {"fact": 1 - whole, "crisis": whole})
    assert understood(given).urgent == urgent


def test_the_surest_emergency_is_the_one_answered():
    parts = [message(ranking={VIOLENCE: 0.7, OPENED: 0.3}), message(ranking={"crisis/danger": 0.9, OPENED: 0.1})]
    assert understood(message("Alles", parts, {SELF_HARM: 0.8, OPENED: 0.2})).urgent == "crisis/danger"


def test_an_emergency_in_one_part_is_the_only_thing_answered():
    parts = [message(ranking={OPENED: 0.9}), message(ranking={VIOLENCE: 0.8})]
    result = understood(message("Wann? Er schlägt mich.", parts, {OPENED: 0.9}))
    assert (result.urgent, [part.text for part in result.parts]) == (VIOLENCE, ["Wann? Er schlägt mich."])
    assert intent_of(result) == ("crisis", 1.0)


def test_an_emergency_in_a_part_is_heard_though_its_pieces_are_questions():
    pieces = [message("Eröffnung des Büros", ranking={OPENED: 0.9}), message("Zahl im FAP", ranking={REACHED: 0.9})]
    parts = [message("Hallo", ranking={HELLO: 0.9}), loosely(*pieces, ranking={VIOLENCE: 0.9})]
    assert understood(message("Alles", parts, {OPENED: 0.9})).urgent == VIOLENCE


@pytest.mark.parametrize("found", [{TROUBLE: "unreadable"}, {CHOICE: 2}, {"ranking": {VIOLENCE: 0.9}}, {}])
def test_the_language_of_the_text_is_kept_whatever_is_understood(found):
    evidence = Evidence("en", True)
    assert understood(message(**{EVIDENCE: evidence.as_dict(), **found})).evidence == evidence


def test_an_emergency_in_a_message_that_was_cut_is_still_one():
    result = understood(message(ranking={VIOLENCE: 0.9}, **{TROUBLE: "too_long"}))
    assert (result.urgent, result.trouble) == (VIOLENCE, "too_long")


@pytest.mark.parametrize("whole", [{OPENED: 0.3, MONEY: 0.7}, {OPENED: 0.6, MONEY: 0.4}, {MONEY: 1.0}])
def test_two_questions_with_distinct_facts_are_both_answered(whole):
    parts = [message(ranking={OPENED: 0.6}), message(ranking={REACHED: 0.7})]
    assert chosen(understood(message(parts=parts, ranking=whole))) == [(OPENED,), (REACHED,)]


@pytest.mark.parametrize(("whole", "split"), [(AT.fact, True), (AT.fact - 0.01, False)])
def test_where_a_fact_answers_the_whole_its_parts_need_less(whole, split):
    faint = {"fact": AT.part, "out_of_scope": 1 - AT.part}
    parts = [message("Wann?", ranking={OPENED: 0.9}), message("Wie viele?", ranking={REACHED: 0.3}, kinds=faint)]
    kinds = {"fact": whole, "out_of_scope": 1 - whole}
    result = understood(message("Alles", parts, {OPENED: 0.9}, kinds))
    assert (len(result.parts) == 2) == split


def test_parts_that_say_another_thing_than_the_whole_mislead():
    parts = [message("a b c", ranking={OPENED: 0.9}), message("d e f", ranking={REACHED: 0.9})]
    result = understood(message("Alles", parts, {FAP: 0.9}))
    assert [(part.text, part.chosen) for part in result.parts] == [("Alles", (FAP,))]


def test_parts_that_are_all_questions_need_not_agree_with_the_whole():
    parts = [message("Wann öffnete es?", ranking={OPENED: 0.9}), message("Wie viele waren es", ranking={REACHED: 0.9})]
    assert chosen(understood(message("Alles", parts, {FAP: 0.9}))) == [(OPENED,), (REACHED,)]


def test_parts_need_not_agree_with_a_whole_that_tells_no_fact():
    parts = [message("a b c", ranking={OPENED: 0.9}), message("d e f", ranking={REACHED: 0.9})]
    assert chosen(understood(message("Hallo! Wann? Wie viele?", parts, {HELLO: 0.9}))) == [(OPENED,), (REACHED,)]


def test_a_question_and_a_referral_are_both_answered():
    parts = [message(ranking={OPENED: 0.9}), message(ranking={ASYLUM: 0.9})]
    assert chosen(understood(message(parts=parts, ranking={OPENED: 0.6, MONEY: 0.4}))) == [(OPENED,), (ASYLUM,)]


def test_a_part_that_leans_on_the_part_before_stands_for_itself():
    parts = [message(ranking={FAP: 0.9}), message("Und wie viele?", ranking={WHEN: 1.0}, context={REACHED: 0.9})]
    assert chosen(understood(message(parts=parts, ranking={FAP: 0.9}))) == [(FAP,), (REACHED,)]


def test_a_part_counts_by_its_fact_however_much_it_leans_on_the_part_before():
    leaning = ranked({REACHED: 0.2}, {"follow_up": 0.75, "fact": 0.2, "out_of_scope": 0.05})
    parts = [message(ranking={FAP: 0.9}), message("Und wie viele?", ranking={WHEN: 1.0}, context=leaning)]
    assert chosen(understood(message(parts=parts, ranking={FAP: 0.9}))) == [(FAP,), (REACHED,)]


def test_small_talk_that_begins_like_a_question_is_not_told_between_two_questions():
    parts = [
        message(ranking={OPENED: 0.6}),
        message("Wie geht es dir?", ranking={HELLO: 0.9}),
        message(ranking={REACHED: 0.7}),
    ]
    assert chosen(understood(message(parts=parts, ranking={OPENED: 0.45}))) == [(OPENED,), (REACHED,)]


def test_question_not_understood_beside_two_that_are_is_kept():
    parts = [
        message(ranking={OPENED: 0.6}),
        message("Was kostet das?", ranking={MONEY: 0.9}),
        message("Ich bin neu hier.", ranking={"out_of_scope/story": 0.9}),
        message(ranking={REACHED: 0.7}),
    ]
    result = understood(message(parts=parts, ranking={OPENED: 0.45}))
    assert [(part.decision, part.gap) for part in result.parts] == [("answer", ""), ("unsure", "money"), ("answer", "")]


@pytest.mark.parametrize("text", ["Und was kostet das?", "And what does it cost?", "wieviel"])
def test_only_what_begins_like_a_question_is_kept_so(text):
    parts = [message(ranking={OPENED: 0.6}), message(text, ranking={MONEY: 0.9}), message(ranking={REACHED: 0.7})]
    result = understood(message(parts=parts, ranking={OPENED: 0.45}))
    assert len(result.parts) == (2 if text == "wieviel" else 3)


BESIDE = {"fact": AT.beside, "out_of_scope": 1 - AT.beside}


@pytest.mark.parametrize(
    ("text", "clear", "kinds", "both"),
    [
        ("Wie viele?", AT.clear, BESIDE, True),
        ("Die Zahl bitte? ", AT.clear, BESIDE, True),
        ("Wie viele?", AT.clear - 0.01, BESIDE, False),
        ("Wie viele?", AT.clear, {"fact": 0.1, "out_of_scope": 0.9}, False),
        ("Viele Grüße", AT.clear, BESIDE, False),
    ],
)
def test_question_beside_an_answered_one_needs_less_evidence(text, clear, kinds, both):
    parts = [message(ranking={OPENED: 0.9}), message(text, ranking={REACHED: clear}, kinds=kinds)]
    result = understood(message("Alles", parts, {OPENED: 0.9}))
    assert (("answer", (REACHED,)) in [(part.decision, part.chosen) for part in result.parts]) == both


@pytest.mark.parametrize(
    ("clear", "told"), [(AT.clear - 0.01, [(OPENED,), (REACHED,)]), (AT.clear, [(FAP,)])], ids=["unclear", "clear"]
)
def test_parts_need_not_agree_with_a_whole_whose_entry_is_unclear(clear, told):
    parts = [message("a b c", ranking={OPENED: 0.9}), message("d e f", ranking={REACHED: 0.9})]
    assert chosen(understood(message("Alles", parts, {FAP: clear}, {"fact": 0.9}))) == told


def test_a_hint_of_a_referral_does_not_join_two_questions():
    parts = [message(ranking={OPENED: 0.9}), message(ranking={REACHED: 0.9})]
    kinds = {"fact": 0.6, "referral": AT.part}
    assert chosen(understood(message("Alles", parts, {OPENED: 0.6}, kinds))) == [(OPENED,), (REACHED,)]


def about(*subjects):
    """The entities of a message that names subjects."""
    return [{"entity": "subject", "value": subject} for subject in subjects]


def test_two_parts_with_the_same_fact_are_one_question():
    parts = [message("Wann?", ranking={OPENED: 0.6}), message("Seit wann?", ranking={OPENED: 0.7})]
    result = understood(message("Beides", parts, {OPENED: 0.8}))
    assert [part.text for part in result.parts] == ["Beides"]


@pytest.mark.parametrize("second", [{REACHED: 0.29, MONEY: 0.71}, {HELLO: 0.9}, {MORE: 0.9}, {WHEN: 0.9}])
def test_part_that_is_faint_or_no_question_does_not_split_a_message(second):
    parts = [message(ranking={OPENED: 0.6}), message(ranking=second)]
    result = understood(message("Ganz", parts, {OPENED: 0.6, MONEY: 0.4}))
    assert [part.text for part in result.parts] == ["Ganz"]


@pytest.mark.parametrize("wish", ["control/german", "control/english"])
def test_wish_for_a_language_is_heard_beside_a_question(wish):
    parts = [message(ranking={OPENED: 0.6}), message("Auf Deutsch bitte", ranking={wish: 0.45})]
    assert chosen(understood(message(parts=parts, ranking={OPENED: 0.6}))) == [(OPENED,), (wish,)]


@pytest.mark.parametrize(
    "story",
    [
        {"out_of_scope/story": 0.9},
        {HELLO: 0.95},
        {MORE: 0.95},
        {WHEN: 0.95},
        {FAP: 0.25, REACHED: 0.25},
        {FAP: 0.54, MONEY: 0.46},
    ],
)
def test_question_after_a_story_is_the_one_answered(story):
    parts = [message("Eine lange Geschichte.", ranking=story), message("Wann war das?", ranking={OPENED: 0.6})]
    result = understood(message("Alles", parts, {OPENED: 0.1, MONEY: 0.9}))
    assert [(part.text, part.chosen) for part in result.parts] == [("Wann war das?", (OPENED,))]


def test_a_faint_referral_is_told_rather_than_a_likelier_fact_asked_about():
    parts = [message("a b c", ranking={FAP: 0.5, MONEY: 0.5}), message("d e f", ranking={ASYLUM: AT.other})]
    assert chosen(understood(message("Alles", parts, {MONEY: 0.9}))) == [(ASYLUM,)]


def test_the_part_surer_of_its_fact_is_the_one_asked_about():
    parts = [message("a b c", ranking={OPENED: 0.3}), message("d e f", ranking={REACHED: 0.45})]
    assert chosen(understood(message("Alles", parts, {MONEY: 0.9}))) == [(REACHED,)]


def test_a_part_that_can_be_asked_about_comes_before_a_whole_that_cannot():
    likely = {"out_of_scope": 0.84, "fact": 0.08, "referral": 0.08}
    parts = [message("a b c", ranking={MONEY: 0.8, OPENED: 0.08, ASYLUM: 0.08}, kinds=likely)]
    result = understood(message("Alles", parts, {MONEY: 0.86, REACHED: 0.14}))
    assert [(part.text, part.decision) for part in result.parts] == [("a b c", "clarify")]


def test_whole_stays_where_a_part_is_just_as_sure():
    parts = [message("a b c", ranking={REACHED: 0.3})]
    assert [part.text for part in understood(message("Alles", parts, {OPENED: 0.3})).parts] == ["Alles"]


def test_part_of_two_words_decides_nothing_alone():
    parts = [message("Eine Geschichte ohne Frage.", ranking={FAR: 0.9}), message("Wann denn?", ranking={OPENED: 0.6})]
    result = understood(message("Alles", parts, {MONEY: 0.9, OPENED: 0.1}))
    assert [(part.text, part.gap) for part in result.parts] == [("Alles", "money")]


def test_whole_stays_where_no_part_is_surer():
    parts = [message("a b c", ranking={OPENED: 0.2}), message("d e f", ranking={REACHED: 0.2})]
    result = understood(message("Alles", parts, {OPENED: 0.3, FAP: 0.2}))
    assert [(part.text, part.decision) for part in result.parts] == [("Alles", "clarify")]


def test_whole_that_is_answered_stays_before_a_surer_part():
    parts = [message("Eine lange Geschichte.", ranking={FAR: 0.9}), message("Wann war das?", ranking={REACHED: 1.0})]
    assert chosen(understood(message("Alles", parts, {OPENED: 0.6, MONEY: 0.4}))) == [(OPENED,)]


def test_own_case_stays_whole():
    parts = [message(ranking={OPENED: 0.9}), message(ranking={REACHED: 0.9})]
    result = understood(message("Mein Fall", parts, {ASYLUM: 0.5}))
    assert [(part.text, part.chosen) for part in result.parts] == [("Mein Fall", (ASYLUM,))]


def loosely(*pieces, ranking=(), **data):
    """A message with loose pieces, as the splitter proposes them."""
    return message("Ganz", ranking=ranking, **{LOOSE: list(pieces), **data})


SURE, FAINT = AT.loose, AT.loose - 0.01


def test_loose_pieces_that_are_surely_facts_are_questions_of_their_own():
    pieces = [message("Eröffnung des Büros", ranking={OPENED: SURE}), message("Zahl im FAP", ranking={REACHED: SURE})]
    result = understood(loosely(*pieces, ranking={OPENED: 0.6, MONEY: 0.4}))
    assert [(part.text, part.chosen) for part in result.parts] == [
        ("Eröffnung des Büros", (OPENED,)),
        ("Zahl im FAP", (REACHED,)),
    ]


@pytest.mark.parametrize("second", [{REACHED: FAINT}, {OPENED: SURE}, {ASYLUM: 0.9}, {MONEY: 0.9}])
def test_loose_pieces_that_are_faint_the_same_or_no_facts_are_not(second):
    pieces = [message("Eröffnung des Büros", ranking={OPENED: SURE}), message("Zahl im FAP", ranking=second)]
    result = understood(loosely(*pieces, ranking={OPENED: 0.6, MONEY: 0.4}))
    assert [part.text for part in result.parts] == ["Ganz"]


@pytest.mark.parametrize(
    ("name", "subjects", "whole", "count"),
    [
        ("die IOM eigentlich", ["iom"], AT.settled, 1),
        ("IOM, IOM Deutschland", ["iom", "iom_germany"], AT.settled, 1),
        ("die IOM eigentlich", ["iom"], AT.settled - 0.01, 2),
        ("wer ist IOM", ["iom"], AT.settled, 2),
        ("das FAP eigentlich", ["fap"], AT.settled, 2),
    ],
    ids=["mere name", "both its names", "whole is not clear", "question", "name that picks something out"],
)
def test_mere_name_of_iom_beside_a_clear_question_belongs_to_it(name, subjects, whole, count):
    pieces = [
        message("Wann öffnete das Büro", ranking={OPENED: SURE}),
        message(name, ranking={FAP: 0.9}, **{ENTITIES: about(*subjects)}),
    ]
    assert len(understood(loosely(*pieces, ranking={OPENED: whole, MONEY: 1 - whole})).parts) == count


def test_one_sure_piece_does_not_speak_for_a_message_not_understood():
    pieces = [message("Eröffnung des Büros", ranking={OPENED: SURE}), message("im Jahr danach", ranking={FAR: 0.9})]
    assert [part.text for part in understood(loosely(*pieces, ranking={MONEY: 0.9})).parts] == ["Ganz"]


def test_loose_pieces_that_repeat_each_other_are_one_question():
    pieces = [message(text, ranking={OPENED: SURE}) for text in ("Eröffnung des Büros", "opening year")]
    third = message("Zahl im FAP", ranking={REACHED: SURE})
    result = understood(loosely(*pieces, third, ranking={OPENED: 0.6, MONEY: 0.4}))
    assert [part.text for part in result.parts] == ["Ganz"]


@pytest.mark.parametrize(("besides", "count"), [("bitte sagen Sie mir das", 2), ("bitte sagen Sie mir das heute", 1)])
def test_loose_pieces_are_questions_only_where_little_stands_beside_them(besides, count):
    pieces = [
        message("Eröffnung des Büros", ranking={OPENED: SURE}),
        message(besides, ranking={FAR: 0.9}),
        message("Zahl im FAP", ranking={REACHED: SURE}),
    ]
    assert len(understood(loosely(*pieces, ranking={OPENED: 0.6, MONEY: 0.4})).parts) == count


def test_loose_pieces_none_of_which_the_whole_tells_mislead():
    pieces = [message("Eröffnung des Büros", ranking={OPENED: SURE}), message("Zahl im FAP", ranking={REACHED: SURE})]
    assert chosen(understood(loosely(*pieces, ranking={FAP: 0.6, MONEY: 0.4}))) == [(FAP,)]


def test_loose_pieces_within_a_part_are_questions_beside_the_other_parts():
    pieces = [message("Eröffnung des Büros", ranking={OPENED: SURE}), message("Zahl im FAP", ranking={REACHED: SURE})]
    parts = [message("Was macht das DTM?", ranking={"ask_data/dtm": 0.9}), loosely(*pieces, ranking={MONEY: 1.0})]
    result = understood(message("Alles", parts, {OPENED: 0.6, MONEY: 0.4}))
    assert chosen(result) == [("ask_data/dtm",), (OPENED,), (REACHED,)]


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


def test_part_keeps_the_probabilities_it_was_judged_by():
    part = part_of({OPENED: 0.9, HELLO: 0.1}, kinds={"fact": 0.8}, context=ranked({REACHED: 0.7}, {"fact": 0.6}))
    assert [(c.id, c.confidence) for c in part.ranking] == [(OPENED, 0.9), (HELLO, 0.1)]
    assert [(c.id, c.confidence) for c in part.in_context] == [(REACHED, 0.7)]
    assert (part.kinds, part.kinds_in_context) == ({"fact": 0.8}, {"fact": 0.6})


@pytest.mark.parametrize(
    ("ranking", "intent"),
    [
        ({OPENED: 0.9}, ("ask_history", 0.9)),
        ({REACHED: 0.4, OPENED: 0.2}, ("ask_figures", 0.4)),
        ({ILLEGAL: 0.6}, ("out_of_scope", 0.6)),
        ({MONEY: 0.9}, ("nlu_fallback", 1.0)),
        ({OPENED: 0.2}, ("ask_history", 0.2)),
        ({OPENED: 0.1}, ("nlu_fallback", 1.0)),
        ({HELLO: 0.8}, ("smalltalk", 0.8)),
    ],
)
def test_intent_is_the_topic_of_the_first_part_understood(ranking, intent):
    assert intent_of(understood(message(ranking=ranking))) == intent


def test_a_topic_taken_from_the_last_answer_is_sure():
    given = message("Und wie viele?", ranking={WHEN: 1.0}, context={REACHED: 0.9})
    assert intent_of(understood(given)) == ("ask_figures", 1.0)


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        ({"ranking": {OPENED: 0.9}}, f"fact 0.90 ≥ {AT.fact}"),
        ({"ranking": {OPENED: 0.3, REACHED: 0.3}}, f"lead 0.50 < {AT.lead}"),
        ({"ranking": {ASYLUM: 0.6}}, f"referral 0.60 ≥ {AT.other}"),
        ({"ranking": {WHEN: 1.0}, "context": {REACHED: 0.9}}, f"in context 0.90 ≥ {AT.context}"),
        ({"ranking": {MONEY: 0.8, OPENED: 0.2}}, f"facts and referrals 0.20 ≥ {AT.clarify}"),
        ({"ranking": {MONEY: 0.9}}, "out_of_scope 0.90"),
        ({}, "nothing to go by"),
    ],
)
def test_the_reason_names_what_decided_and_the_threshold(found, reason):
    (part,) = understood(message(**found)).parts
    assert part.reason == reason


def test_gate_writes_intent_and_understanding_for_rasa(made):
    given = message(ranking={OPENED: 0.9}, **{EVIDENCE: Evidence("en", True).as_dict()})
    data = made(AnswerGate).process([given])[0].as_dict(only_output_properties=True)
    assert data[INTENT] == {"name": "ask_history", "confidence": 0.9}
    assert data["intent_ranking"] == [data[INTENT]]
    assert Understanding.from_dict(data[KEY]).evidence == Evidence("en", True)


def test_threshold_is_configurable(made):
    (given,) = made(AnswerGate, fact=0.95).process([message(ranking={OPENED: 0.9})])
    assert given.get(KEY)["parts"][0]["decision"] == "clarify"


@pytest.mark.parametrize("name", list(Thresholds.__dataclass_fields__))
@pytest.mark.parametrize("value", [-0.1, 1.1, pytest.param("0.5")])
def test_threshold_that_is_no_probability_is_refused(made, name, value):
    with pytest.raises(InvalidConfigException, match=name):
        made(AnswerGate, **{name: value})


@pytest.mark.parametrize("value", [0, 1])
def test_threshold_may_be_certainty_or_impossibility(made, value):
    (given,) = made(AnswerGate, other=value).process([message(ranking={HELLO: 0.9})])
    assert given.get(KEY)["parts"][0]["decision"] == ("unsure" if value else "answer")
