"""The gate answers, asks back or holds back, and names the topic for the rules."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from assistant.core.languages import Evidence
from assistant.core.understanding import KEY, Understanding, kind_of
from assistant.knowledge import knowledge
from assistant.nlu.components.entities import SUBJECT
from assistant.nlu.components.gate import (
    AMBIGUOUS,
    CERTAIN,
    FEWEST_WORDS,
    MOST_ELLIPSIS_WORDS,
    MOST_OTHER_WORDS,
    SURELY_LEANING,
    AnswerGate,
    Judge,
    Thresholds,
    emergency_of,
    intent_of,
)
from assistant.nlu.components.gate import SURE as BELIEVED
from assistant.nlu.components.message_keys import CHOICE, EVIDENCE, IN_CONTEXT, LOOSE, PARTS, RANKING, SIGNAL, TROUBLE
from assistant.nlu.ranking.head import Ranking

OPENED, REACHED, FAP = "ask_history/office_opened", "ask_figures/fap_reached", "ask_programmes/fap_overview"
ASYLUM, HELLO, MONEY, FAR = "referral/asylum", "smalltalk/greeting", "out_of_scope/money", "out_of_scope/far"
ILLEGAL, MORE, WHEN = "out_of_scope/illegal", "control/more", "follow_up/when"
VIOLENCE, SELF_HARM = "crisis/violence", "crisis/self_harm"
LONG = "Können Sie mir bitte sagen, wann genau das Büro eröffnet wurde?"
# What a fact needs where nothing is named, and small talk in longer messages, is tested apart.
AT = Thresholds(unnamed=Thresholds.answer, talk=Thresholds.answer)
TALK = Thresholds.talk
# Just too little for an answer.
FAINT = AT.answer - 0.01


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


@pytest.mark.parametrize(
    ("best", "threshold"),
    [*((id_, AT.answer) for id_ in (OPENED, HELLO, MORE, "control/german")), (ASYLUM, AT.referral)],
)
@pytest.mark.parametrize(("less", "answered"), [(0, True), (0.01, False)])
def test_what_is_likely_enough_is_answered(best, threshold, less, answered):
    decided = decision({best: threshold - less, MONEY: 0.1})
    assert (decided == ("answer", (best,))) == answered == (decided[0] == "answer")


@pytest.mark.parametrize("named", ["fap", "iom", "iom_germany"])
def test_a_fact_needs_less_where_the_message_names_its_subject_or_iom(named):
    faint = {REACHED: Thresholds.unnamed - 0.01, MONEY: 0.1}
    entity = {"entity": SUBJECT, "value": named}
    assert decision(faint, Thresholds(), **{ENTITIES: [entity]}) == ("answer", (REACHED,))
    assert decision(faint, Thresholds(), **{ENTITIES: []})[0] == "clarify"


@pytest.mark.parametrize("id_", [ASYLUM, HELLO])
def test_what_is_no_fact_needs_no_more_where_nothing_is_named(id_):
    assert decision({id_: AT.answer, MONEY: 0.1}, replace(AT, unnamed=Thresholds.unnamed)) == ("answer", (id_,))


def test_kinds_alone_answer_nothing():
    assert decision({OPENED: FAINT}, kinds={"fact": 1.0})[0] == "clarify"
    assert decision({OPENED: AT.answer}, kinds={"out_of_scope": 1.0}) == ("answer", (OPENED,))


def test_the_likeliest_is_told_however_close_the_next():
    assert decision({REACHED: AT.answer, OPENED: AT.answer + 0.01}) == ("answer", (OPENED,))


def test_entries_answer_each_by_its_own_probability_and_not_together():
    assert decision({OPENED: FAINT, REACHED: FAINT, ASYLUM: FAINT}) == ("clarify", (OPENED, REACHED, ASYLUM))


@pytest.mark.parametrize(("money", "expected"), [(0.8, "clarify"), (0.6, "answer")])
def test_what_is_more_likely_not_known_is_not_answered(money, expected):
    assert decision({OPENED: 0.7, MONEY: money}) == (expected, (OPENED,))


def test_only_the_likeliest_of_all_is_answered():
    assert decision({ASYLUM: 0.5, HELLO: 0.6}) == ("answer", (HELLO,))
    assert decision({ASYLUM: 0.6, HELLO: 0.5}) == ("answer", (ASYLUM,))


@pytest.mark.parametrize("best", [HELLO, MORE])
@pytest.mark.parametrize(
    ("text", "missing", "answered"),
    [("Wort", 0, True), ("ein Wort", 0.01, False), ("wort " * FEWEST_WORDS, 0.01, True), (LONG, 0.01, True)],
)
def test_a_word_or_two_are_small_talk_or_a_request_only_when_that_is_sure(best, text, missing, answered):
    found = decision({best: 0.9}, kinds={kind_of(best): AT.curt - missing}, text=text)
    assert found == (("answer", (best,)) if answered else ("unsure", ()))


def test_small_talk_and_requests_of_a_word_or_two_count_together():
    shares = {"smalltalk": AT.curt - 0.1, "control": 0.1}
    assert decision({HELLO: 0.9}, kinds=shares, text="Wort") == ("answer", (HELLO,))


@pytest.mark.parametrize(
    ("text", "share", "decided"),
    [
        ("danke aber ich brauche Essen", TALK - 0.01, "unsure"),
        ("danke aber ich brauche Essen", TALK, "answer"),
        ("danke dir sehr", TALK - 0.01, "answer"),
    ],
)
def test_longer_messages_are_small_talk_only_when_that_is_likely(text, share, decided):
    assert part_of({HELLO: share}, Thresholds(), text=text).decision == decided


def test_an_entry_of_a_word_or_two_counts_by_itself():
    assert decision({ASYLUM: AT.answer}, text="Asyl", kinds={}) == ("answer", (ASYLUM,))


@pytest.mark.parametrize(
    ("text", "share", "decided"),
    [("Beratung", AMBIGUOUS, "clarify"), ("Beratung", AMBIGUOUS - 0.1, "answer"), (LONG, 1.0, "answer")],
)
def test_a_word_or_two_that_may_ask_for_two_entries_get_a_question_back(text, share, decided):
    assert decision({REACHED: 0.5, ASYLUM: 0.5 * share}, text=text)[0] == decided


def test_an_emergency_that_is_not_likely_enough_is_passed_over():
    assert decision({VIOLENCE: 0.9, OPENED: 0.5}, kinds={"crisis": 0.0}) == ("answer", (OPENED,))


def test_nothing_ranked_leaves_the_gate_unsure():
    assert decision({}) == ("unsure", ())


def test_a_message_never_ranked_leaves_the_gate_unsure():
    (part,) = understood(Message({TEXT: "?"})).parts
    assert (part.decision, part.chosen, part.gap) == ("unsure", (), "")


ASK = Thresholds(answer=0.6, clarify=0.3, offer=0.1)


@pytest.mark.parametrize(
    ("ranking", "expected"),
    [
        ({OPENED: 0.3}, ("clarify", (OPENED,))),
        ({OPENED: 0.29}, ("unsure", (OPENED,))),
        ({OPENED: 0.2, ASYLUM: 0.1}, ("clarify", (OPENED, ASYLUM))),
        ({OPENED: 0.19, ASYLUM: 0.1}, ("unsure", (OPENED, ASYLUM))),
        ({OPENED: 0.25, ASYLUM: 0.09}, ("unsure", (OPENED,))),
        ({OPENED: 0.3, ASYLUM: 0.09}, ("clarify", (OPENED,))),
        ({OPENED: 0.09, ASYLUM: 0.09, REACHED: 0.09, FAP: 0.09}, ("unsure", ())),
        ({MONEY: 0.9, OPENED: 0.3}, ("clarify", (OPENED,))),
    ],
)
def test_only_likely_entries_are_asked_about_if_they_are_likely_together(ranking, expected):
    assert decision(ranking, ASK) == expected


def test_at_most_three_are_asked_about():
    ranking = {OPENED: 0.24, REACHED: 0.23, ASYLUM: 0.22, FAP: 0.21}
    assert decision(ranking, ASK) == ("clarify", (OPENED, REACHED, ASYLUM))


def test_small_talk_is_never_asked_about():
    assert decision({HELLO: 0.5, OPENED: 0.4, MORE: 0.5, WHEN: 0.5, VIOLENCE: 0.1}, ASK) == ("clarify", (OPENED,))


def test_without_entries_there_is_nothing_to_ask_about():
    assert decision({HELLO: 0.5, MORE: 0.5}, ASK) == ("unsure", ())


def test_out_of_scope_is_not_answered_but_offers_what_is_near():
    assert decision({MONEY: 0.9, OPENED: AT.offer, ASYLUM: AT.offer - 0.01}) == ("unsure", (OPENED,))


@pytest.mark.parametrize("name", ["money", "other_place", "far", "near"])
def test_what_is_asked_and_not_known_is_named(name):
    assert part_of({f"out_of_scope/{name}": 0.6, "out_of_scope/opinion": 0.3, OPENED: 0.1}).gap == name


def test_where_another_kind_is_likelier_no_gap_is_named():
    part = part_of({MONEY: 0.6, HELLO: 0.3}, kinds={"out_of_scope": 0.3, "smalltalk": 0.35})
    assert (part.decision, part.gap) == ("unsure", "")


def test_where_something_is_answered_or_asked_about_there_is_no_gap():
    kinds = {"out_of_scope": 1.0}
    parts = [part_of({OPENED: 0.9, MONEY: 0.4}, kinds=kinds), part_of({OPENED: FAINT, MONEY: 0.8}, kinds=kinds)]
    assert [(part.decision, part.gap) for part in parts] == [("answer", ""), ("clarify", "")]


def test_request_for_illegal_help_is_answered():
    assert decision({ILLEGAL: AT.illegal}) == ("answer", (ILLEGAL,))


def test_faint_suspicion_of_illegal_help_is_not():
    assert decision({ILLEGAL: AT.illegal - 0.01}, kinds={"out_of_scope": 1.0}) == ("unsure", ())


def test_nobody_is_suspected_whose_question_is_likelier_an_honest_one():
    assert decision({OPENED: AT.illegal + 0.1, ILLEGAL: AT.illegal}) == ("answer", (OPENED,))
    assert part_of({MONEY: AT.illegal + 0.1, ILLEGAL: AT.illegal}).gap == "money"


@pytest.mark.parametrize(
    ("best", "probability", "answered"),
    [(OPENED, 0.1, True), (ASYLUM, 0.1, True), (HELLO, FAINT, False), (MORE, FAINT, False), (HELLO, AT.answer, True),
     (ILLEGAL, AT.illegal - 0.01, False), (ILLEGAL, AT.illegal, True)],
)  # fmt: skip
def test_in_parts_of_a_message_only_entries_need_less(best, probability, answered):
    part = Judge(AT).part(message(ranking={best: probability}), threshold=0.1)
    assert (part.decision == "answer") == answered


@pytest.mark.parametrize(
    ("words", "context", "expected"),
    [
        (MOST_ELLIPSIS_WORDS, None, WHEN),
        (MOST_ELLIPSIS_WORDS + 1, None, OPENED),
        (MOST_ELLIPSIS_WORDS + 1, {HELLO: 1.0}, WHEN),
    ],
)
def test_a_long_message_follows_up_only_on_an_answer(words, context, expected):
    part = part_of({WHEN: 0.9, OPENED: 0.8, HELLO: 0.1}, text="wann " * words, context=context)
    assert (part.decision, part.chosen) == ("answer", (expected,))


def test_a_long_message_that_is_nothing_but_a_follow_up_is_not_known():
    assert decision({WHEN: 1.0}, text=LONG) == ("unsure", ())


LIKELY_IN_CONTEXT = AT.context + 0.1


# A message that says hardly anything without what came before it, such as "and how many?".
ELLIPTICAL = {"follow_up": AT.elliptical}


@pytest.mark.parametrize("ranking", [{MONEY: 1.0}, {OPENED: 0.1}, {HELLO: FAINT}, {WHEN: FAINT}, {VIOLENCE: 0.9}])
@pytest.mark.parametrize("found", [REACHED, ASYLUM])
def test_what_says_too_little_alone_is_read_in_the_context_of_the_last_answer(ranking, found):
    given = {"kinds": ELLIPTICAL, "context": {found: AT.context, OPENED: AT.context - 0.01}}
    assert decision(ranking, **given) == ("answer", (found,))


@pytest.mark.parametrize("context", [{REACHED: AT.context - 0.01}, {HELLO: 0.9, REACHED: 0.01}, {MONEY: 1.0}])
def test_a_faint_context_or_one_without_entries_does_not_decide(context):
    assert decision({MONEY: 1.0}, kinds=ELLIPTICAL, context=context) == ("unsure", ())


@pytest.mark.parametrize(
    ("itself", "elliptical", "leans"),
    [
        (AT.itself, 0.0, True),
        (AT.itself - 0.001, 0.0, False),
        (AT.itself - 0.001, AT.elliptical - 0.01, False),
        (0.0, AT.elliptical, True),
    ],
)
def test_the_context_only_decides_on_what_a_message_may_mean_by_itself_unless_it_is_elliptical(
    itself, elliptical, leans
):
    found = decision({MONEY: 0.9, REACHED: itself}, kinds={"follow_up": elliptical}, context={REACHED: 0.9})
    assert found == (("answer", (REACHED,)) if leans else ("unsure", ()))


@pytest.mark.parametrize(("rival", "leans"), [(AT.rival - 0.01, True), (AT.rival, False)])
def test_an_elliptical_message_that_may_ask_for_another_entry_is_a_new_question(rival, leans):
    found = decision({MONEY: 0.9, ASYLUM: rival}, kinds=ELLIPTICAL, context={REACHED: 0.9})
    assert (found == ("answer", (REACHED,))) == leans


@pytest.mark.parametrize(("follow_up", "leans"), [(SURELY_LEANING, True), (SURELY_LEANING - 0.01, False)])
def test_what_surely_asks_for_nothing_by_itself_needs_less_of_the_context(follow_up, leans):
    given = {"kinds": {"follow_up": follow_up}, "context": {REACHED: AT.leaning}}
    assert (decision({WHEN: 0.9}, **given) == ("answer", (REACHED,))) == leans


def test_that_a_message_leans_on_the_last_answer_is_no_answer_of_its_own():
    assert decision({WHEN: 0.9}, context={REACHED: AT.context}, kinds=ELLIPTICAL) == ("answer", (REACHED,))


def test_what_the_message_cannot_mean_does_not_hide_what_it_can():
    assert decision({MONEY: 0.9, REACHED: AT.itself}, context={OPENED: 0.9, REACHED: 0.8}) == ("answer", (REACHED,))


def test_naming_the_first_or_second_makes_a_message_elliptical():
    ordinal = {ENTITIES: [{"entity": "ordinal", "value": "2"}]}
    assert decision({MONEY: 0.9}, context={REACHED: 0.9}, **ordinal) == ("answer", (REACHED,))


@pytest.mark.parametrize("best", [OPENED, ASYLUM, HELLO, MORE])
@pytest.mark.parametrize(("more", "chosen_"), [(-0.01, "alone"), (0.0, "alone"), (0.01, "context")])
def test_the_context_decides_only_where_it_is_likelier_than_the_message_alone(best, more, chosen_):
    sure = max(AT.answer, AT.context) + 0.1
    expected = best if chosen_ == "alone" else REACHED
    assert decision({best: sure, REACHED: AT.itself}, context={REACHED: sure + more}) == ("answer", (expected,))


def test_small_talk_in_context_does_not_hide_an_entry():
    context = {HELLO: 0.9, REACHED: LIKELY_IN_CONTEXT}
    assert decision({MONEY: 1.0}, kinds=ELLIPTICAL, context=context) == ("answer", (REACHED,))


def test_what_the_context_answers_has_no_gap():
    assert part_of({MONEY: 1.0}, kinds={"out_of_scope": 1.0, **ELLIPTICAL}, context={REACHED: 0.9}).gap == ""


@pytest.mark.parametrize(("sure", "urgent"), [(AT.crisis, SELF_HARM), (AT.crisis - 0.01, None)])
def test_an_emergency_is_one_though_something_else_may_be_likelier(sure, urgent):
    ranking = {SELF_HARM: sure, OPENED: sure + AT.calm - 0.01}
    assert understood(message(ranking=ranking)).urgent == urgent


@pytest.mark.parametrize(("ahead", "urgent"), [(AT.calm + 0.01, None), (AT.calm - 0.01, VIOLENCE)])
@pytest.mark.parametrize("entry", [OPENED, ASYLUM])
def test_where_an_entry_is_far_likelier_than_all_emergencies_there_is_none(entry, ahead, urgent):
    ranking = {VIOLENCE: 0.3, SELF_HARM: 0.2, entry: 0.5 + ahead}
    assert understood(message(ranking=ranking, kinds={"crisis": 0.9})).urgent == urgent


@pytest.mark.parametrize(("likely", "urgent"), [(AT.torn, VIOLENCE), (AT.torn - 0.01, None)])
def test_a_question_does_not_hide_a_sentence_that_surely_is_an_emergency(likely, urgent):
    parts = [message("Wann war das?", ranking={OPENED: 0.9}), message("Er schlägt mich.", ranking={VIOLENCE: likely})]
    given = message("Alles", parts, {OPENED: 0.9, VIOLENCE: 0.1})
    assert understood(given).urgent == urgent


@pytest.mark.parametrize(
    ("kind", "candidates", "probability"),
    [(0.8, {VIOLENCE: 0.2}, 0.5), (0.0, {VIOLENCE: 0.6, SELF_HARM: 0.2}, 0.4), (0.6, {OPENED: 1.0}, 0.3),
     (1.0, {VIOLENCE: 0.9, SELF_HARM: 0.8}, 1.0), (0.0, {OPENED: 1.0}, 0.0)],
)  # fmt: skip
def test_kind_and_candidates_together_say_how_likely_an_emergency_is(kind, candidates, probability):
    part = part_of(candidates, Thresholds(crisis=1.0), kinds={"crisis": kind})
    assert emergency_of(part) == pytest.approx(probability)


def test_words_that_leave_no_doubt_are_an_emergency_whatever_the_message_is_about():
    given = message(ranking={REACHED: 1.0}, **{SIGNAL: SELF_HARM})
    assert understood(given).urgent == SELF_HARM


def test_an_emergency_comes_before_leaning_on_the_last_answer():
    assert understood(message(ranking={VIOLENCE: AT.crisis, OPENED: 0.6}, context={REACHED: 1.0})).urgent == VIOLENCE


@pytest.mark.parametrize(
    ("whole", "part", "urgent"),
    [
        (0.0, 0.9, None),
        (0.1, 0.9, VIOLENCE),
        (0.2, 0.8, VIOLENCE),
        (0.2, 0.79, None),
        (0.49, 0.49, None),
        (0.5, 0.0, SELF_HARM),
    ],
)
def test_a_part_is_an_emergency_together_with_the_whole(whole, part, urgent):
    parts = [
        message("Wann war das?", ranking={OPENED: 0.9}),
        message("Er schlägt mich.", ranking={VIOLENCE: part, MONEY: 0.1}),
    ]
    given = message("Alles", parts, {SELF_HARM: whole})
    assert understood(given, Thresholds(crisis=0.5)).urgent == urgent


def test_the_surest_emergency_is_the_one_answered():
    parts = [message(ranking={VIOLENCE: 0.7, OPENED: 0.3}), message(ranking={"crisis/danger": 0.9, OPENED: 0.1})]
    assert understood(message("Alles", parts, {SELF_HARM: 0.8, OPENED: 0.2})).urgent == "crisis/danger"


def test_an_emergency_in_one_part_is_the_only_thing_answered():
    parts = [message(ranking={OPENED: 0.9}), message(ranking={VIOLENCE: 0.8})]
    result = understood(message("Wann? Er schlägt mich.", parts, {OPENED: 0.4, VIOLENCE: 0.3}))
    assert (result.urgent, [part.text for part in result.parts]) == (VIOLENCE, ["Wann? Er schlägt mich."])
    assert intent_of(result) == ("crisis", 1.0)


def test_an_emergency_in_a_part_is_heard_though_its_pieces_are_questions():
    pieces = [message("Eröffnung des Büros", ranking={OPENED: 0.9}), message("Zahl im FAP", ranking={REACHED: 0.9})]
    parts = [message("Hallo", ranking={HELLO: 0.9}), loosely(*pieces, ranking={VIOLENCE: 0.95})]
    assert understood(message("Alles", parts, {OPENED: 0.9, VIOLENCE: 0.3})).urgent == VIOLENCE


@pytest.mark.parametrize("found", [{TROUBLE: "unreadable"}, {CHOICE: 2}, {"ranking": {VIOLENCE: 0.9}}, {}])
def test_the_language_of_the_text_is_kept_whatever_is_understood(found):
    evidence = Evidence("en", True)
    assert understood(message(**{EVIDENCE: evidence.as_dict(), **found})).evidence == evidence


def test_an_emergency_in_a_message_that_was_cut_is_still_one():
    result = understood(message(ranking={VIOLENCE: 0.9}, **{TROUBLE: "too_long"}))
    assert (result.urgent, result.trouble) == (VIOLENCE, "too_long")


WHOLE = {OPENED: 0.9, REACHED: 0.1, ASYLUM: 0.1}
# A message in which nothing is clear, but both entries are among the candidates.
UNCLEAR = {MONEY: 0.9, OPENED: 0.05, REACHED: 0.05, ASYLUM: 0.05}


@pytest.mark.parametrize("whole", [WHOLE, UNCLEAR, {HELLO: 0.9, **UNCLEAR}])
@pytest.mark.parametrize("second", [REACHED, ASYLUM])
def test_two_questions_with_distinct_entries_are_both_answered(whole, second):
    parts = [message(ranking={OPENED: 0.6}), message(ranking={second: 0.7})]
    assert chosen(understood(message(parts=parts, ranking=whole))) == [(OPENED,), (second,)]


UNSURE = BELIEVED - 0.01


@pytest.mark.parametrize(
    ("hinted", "sure", "both"), [(True, UNSURE, True), (False, UNSURE, False), (False, BELIEVED, True)]
)
def test_a_part_that_is_not_sure_has_to_be_hinted_at_by_the_whole(hinted, sure, both):
    parts = [message("Wann war es?", ranking={OPENED: 0.6}), message("Wie viele?", ranking={REACHED: sure})]
    result = understood(message("Alles", parts, {OPENED: 0.9, **({REACHED: 0.01} if hinted else {})}))
    assert chosen(result) == ([(OPENED,), (REACHED,)] if both else [(OPENED,)])


def test_the_context_of_the_whole_hints_too():
    parts = [message("Wann war es?", ranking={OPENED: 0.6}), message("Wie viele?", ranking={REACHED: 0.7})]
    result = understood(message("Alles", parts, {OPENED: 0.9}, context={REACHED: 0.01}))
    assert chosen(result) == [(OPENED,), (REACHED,)]


def test_the_clearest_part_has_to_be_hinted_at_by_the_whole_too():
    story = message("Eine lange Geschichte.", ranking={FAR: 0.9})
    for hint, sure, told in (({OPENED: 0.01}, UNSURE, (OPENED,)), ({}, UNSURE, ()), ({}, BELIEVED, (OPENED,))):
        parts = [story, message("Wann war das?", ranking={OPENED: sure})]
        assert chosen(understood(message("Alles", parts, {MONEY: 0.9, **hint}))) == [told]


APART = Thresholds(answer=0.6, part=0.4)


@pytest.mark.parametrize(("whole", "split"), [(0.6, True), (0.59, False)])
def test_where_an_entry_answers_the_whole_its_parts_have_a_threshold_of_their_own(whole, split):
    parts = [message("Eins zwei drei", ranking={OPENED: 0.5}), message("Wie viele?", ranking={REACHED: 0.4})]
    result = understood(message("Alles", parts, {OPENED: whole, REACHED: 0.1}), APART)
    assert (len(result.parts) == 2) == split


@pytest.mark.parametrize(
    ("text", "probability", "both"),
    [
        ("Wie viele?", 0.4, True),
        ("Die Zahl bitte? ", 0.4, True),
        ("Wie viele?", 0.39, False),
        ("Viele Grüße", 0.4, False),
    ],
)
def test_a_question_beside_an_answered_one_has_that_threshold_too(text, probability, both):
    parts = [message("Wann war das?", ranking={OPENED: 0.9}), message(text, ranking={REACHED: probability})]
    result = understood(message("Alles", parts, UNCLEAR), APART)
    assert (chosen(result) == [(OPENED,), (REACHED,)]) == both


def test_parts_that_say_another_thing_than_the_whole_mislead():
    parts = [message("a b c", ranking={OPENED: 0.9}), message("d e f", ranking={REACHED: 0.9})]
    result = understood(message("Alles", parts, {FAP: 0.9, **UNCLEAR, MONEY: 0.1}))
    assert [(part.text, part.chosen) for part in result.parts] == [("Alles", (FAP,))]


def test_parts_that_are_all_questions_need_not_agree_with_the_whole():
    parts = [message("Wann öffnete es?", ranking={OPENED: 0.9}), message("Wie viele waren es", ranking={REACHED: 0.9})]
    whole = {FAP: 0.9, **UNCLEAR, MONEY: 0.1}
    assert chosen(understood(message("Alles", parts, whole))) == [(OPENED,), (REACHED,)]


def test_parts_need_not_agree_with_a_whole_that_no_entry_answers():
    parts = [
        message("Hallo zusammen", ranking={HELLO: 0.9}),
        message("Wann war es?", ranking={OPENED: 0.9}),
        message("Wie viele?", ranking={REACHED: 0.9}),
    ]
    whole = {HELLO: 0.9, OPENED: 0.05, REACHED: 0.05}
    assert chosen(understood(message("Hallo! Wann? Wie viele?", parts, whole))) == [(OPENED,), (REACHED,)]
    whole = {FAP: 0.9, OPENED: 0.05, REACHED: 0.05}
    assert chosen(understood(message("Hallo! Wann? Wie viele?", parts, whole))) == [(FAP,)]


@pytest.mark.parametrize("whole", [{OPENED: 0.9, REACHED: 0.1}, {MONEY: 0.9, OPENED: 0.05, REACHED: 0.05}])
def test_of_parts_that_do_not_look_like_questions_only_what_the_whole_asks_for_is_told(whole):
    parts = [message("Es öffnete dann.", ranking={OPENED: 0.9}), message("Es waren viele.", ranking={REACHED: 0.9})]
    expected = (OPENED,) if max(whole, key=whole.get) == OPENED else ()
    assert chosen(understood(message("Alles", parts, whole))) == [expected]


@pytest.mark.parametrize(
    ("text", "likely", "hint", "both"),
    [
        ("Und was ist mit der Zahl", AT.joint, AT.hint, True),
        ("dazu wie viele Menschen", AT.joint, AT.hint, True),
        ("und was ist mit der Zahl", AT.joint - 0.01, AT.hint, False),
        ("und was ist mit der Zahl", AT.joint, AT.hint - 0.01, False),
        ("und die Zahl dazu", AT.joint, AT.hint, False),
        ("die Zahl für wen", CERTAIN, 0.0, True),
        ("there was none", CERTAIN, AT.hint, False),
        ("die Zahl der Menschen im FAP", CERTAIN, 0.0, True),
        ("die Zahl im FAP", CERTAIN, 0.0, False),
        ("was ist", CERTAIN, AT.hint, False),
    ],
)
def test_a_second_question_needs_less_where_the_whole_message_means_it_too(text, likely, hint, both):
    pieces = [message("Wann wurde es eröffnet", ranking={OPENED: 0.6}), message(text, ranking={REACHED: likely})]
    given = loosely(*pieces, ranking={OPENED: 0.6, **({REACHED: hint} if hint else {})})
    assert chosen(understood(given)) == ([(OPENED,), (REACHED,)] if both else [(OPENED,)])


def test_the_mere_name_of_iom_is_no_second_question_whatever_the_whole_hints_at():
    name = message("die IOM eigentlich?", ranking={FAP: 0.9}, **{ENTITIES: [{"entity": SUBJECT, "value": "iom"}]})
    pieces = [message("Was feiern Deutschland", ranking={OPENED: 0.6}), name]
    assert chosen(understood(loosely(*pieces, ranking={OPENED: 0.6, FAP: 0.2}))) == [(OPENED,)]


def test_what_the_whole_message_hints_at_is_preferred_among_several():
    pieces = [
        message("Wann wurde es eröffnet", ranking={OPENED: 0.6}),
        message("und was ist mit der Zahl", ranking={FAP: 0.4, REACHED: 0.3}),
    ]
    given = loosely(*pieces, ranking={OPENED: 0.6, REACHED: 0.2, FAP: 0.1})
    assert chosen(understood(given)) == [(OPENED,), (REACHED,)]


def test_a_part_that_leans_on_the_part_before_stands_for_itself():
    parts = [message(ranking={FAP: 0.9}), message("Und wie viele?", ranking={WHEN: 0.3}, context={REACHED: 0.9})]
    assert chosen(understood(message(parts=parts, ranking={FAP: 0.9, REACHED: 0.1}))) == [(FAP,), (REACHED,)]


def test_small_talk_that_begins_like_a_question_is_not_told_between_two_questions():
    parts = [
        message(ranking={OPENED: 0.6}),
        message("Wie geht es dir?", ranking={HELLO: 0.9}),
        message(ranking={REACHED: 0.7}),
    ]
    assert chosen(understood(message(parts=parts, ranking=WHOLE))) == [(OPENED,), (REACHED,)]


def test_question_not_understood_beside_two_that_are_is_kept():
    parts = [
        message(ranking={OPENED: 0.6}),
        message("Was kostet das?", ranking={MONEY: 0.9}),
        message("Ich bin neu hier.", ranking={"out_of_scope/story": 0.9}),
        message(ranking={REACHED: 0.7}),
    ]
    result = understood(message(parts=parts, ranking=WHOLE))
    assert [(part.decision, part.gap) for part in result.parts] == [("answer", ""), ("unsure", "money"), ("answer", "")]


@pytest.mark.parametrize("text", ["Und was kostet das?", "And what does it cost?", "wieviel"])
def test_only_what_begins_like_a_question_is_kept_so(text):
    parts = [message(ranking={OPENED: 0.6}), message(text, ranking={MONEY: 0.9}), message(ranking={REACHED: 0.7})]
    result = understood(message(parts=parts, ranking=WHOLE))
    assert len(result.parts) == (2 if text == "wieviel" else 3)


def about(*subjects):
    """The entities of a message that names subjects."""
    return [{"entity": "subject", "value": subject} for subject in subjects]


def test_two_parts_with_the_same_entry_are_one_question():
    parts = [message("Wann?", ranking={OPENED: 0.6}), message("Seit wann?", ranking={OPENED: 0.7})]
    result = understood(message("Beides", parts, {OPENED: 0.8}))
    assert [part.text for part in result.parts] == ["Beides"]


@pytest.mark.parametrize("second", [{REACHED: 0.05, MONEY: 0.71}, {HELLO: 0.9}, {MORE: 0.9}, {WHEN: 0.9}])
def test_part_that_is_faint_or_no_question_does_not_split_a_message(second):
    parts = [message(ranking={OPENED: 0.6}), message(ranking=second)]
    result = understood(message("Ganz", parts, {**WHOLE, HELLO: 0.1, MORE: 0.1, WHEN: 0.1}))
    assert [part.text for part in result.parts] == ["Ganz"]


@pytest.mark.parametrize("request_", ["control/german", "control/english"])
def test_request_for_a_language_is_heard_beside_a_question(request_):
    parts = [message(ranking={OPENED: 0.6}), message("Auf Deutsch bitte", ranking={request_: 0.9})]
    assert chosen(understood(message(parts=parts, ranking={OPENED: 0.6, request_: 0.1}))) == [(OPENED,), (request_,)]


@pytest.mark.parametrize(
    "story",
    [
        {"out_of_scope/story": 0.9},
        {HELLO: 0.95},
        {MORE: 0.95},
        {WHEN: 0.95},
        {FAP: FAINT, REACHED: FAINT},
        {FAP: 0.54, MONEY: 0.6},
    ],
)
def test_question_after_a_story_is_the_one_answered(story):
    parts = [message("Eine lange Geschichte.", ranking=story), message("Wann war das?", ranking={OPENED: 0.6})]
    result = understood(message("Alles", parts, {OPENED: 0.1, MONEY: 0.9}))
    assert [(part.text, part.chosen) for part in result.parts] == [("Wann war das?", (OPENED,))]


def test_a_faint_answer_is_told_rather_than_a_likelier_entry_asked_about():
    parts = [message("a b c", ranking={OPENED: 0.8, MONEY: 0.9}), message("d e f", ranking={ASYLUM: AT.answer})]
    assert chosen(understood(message("Alles", parts, UNCLEAR))) == [(ASYLUM,)]


def test_the_part_surer_of_its_entry_is_the_one_asked_about():
    parts = [message("a b c", ranking={OPENED: FAINT - 0.05}), message("d e f", ranking={REACHED: FAINT})]
    assert chosen(understood(message("Alles", parts, UNCLEAR))) == [(REACHED,)]


def test_a_part_that_can_be_asked_about_comes_before_a_whole_that_cannot():
    parts = [message("a b c", ranking={MONEY: 0.8, OPENED: 0.16, ASYLUM: 0.15})]
    result = understood(message("Alles", parts, {MONEY: 0.86, OPENED: 0.01}), ASK)
    assert [(part.text, part.decision) for part in result.parts] == [("a b c", "clarify")]


def test_whole_stays_where_a_part_is_just_as_sure():
    parts = [message("a b c", ranking={REACHED: FAINT})]
    assert [part.text for part in understood(message("Alles", parts, {OPENED: FAINT, REACHED: 0.1})).parts] == ["Alles"]


def test_part_of_two_words_decides_nothing_alone():
    parts = [message("Eine Geschichte ohne Frage.", ranking={FAR: 0.9}), message("Wann denn?", ranking={OPENED: 0.6})]
    result = understood(message("Alles", parts, {MONEY: 0.9, OPENED: 0.1}))
    assert [(part.text, part.gap) for part in result.parts] == [("Alles", "money")]


def test_whole_stays_where_no_part_is_surer():
    parts = [message("a b c", ranking={OPENED: 0.2}), message("d e f", ranking={REACHED: 0.2})]
    result = understood(message("Alles", parts, {OPENED: 0.3, REACHED: 0.2}), ASK)
    assert [(part.text, part.decision) for part in result.parts] == [("Alles", "clarify")]


def test_whole_that_is_answered_stays_before_a_surer_part():
    parts = [message("Eine lange Geschichte.", ranking={FAR: 0.9}), message("Wann war das?", ranking={REACHED: 1.0})]
    assert chosen(understood(message("Alles", parts, {OPENED: 0.6, REACHED: 0.1}))) == [(OPENED,)]


def test_own_case_stays_whole():
    parts = [message("a b c", ranking={OPENED: 0.9}), message("d e f", ranking={REACHED: 0.9})]
    result = understood(message("Mein Fall", parts, {ASYLUM: 0.5, OPENED: 0.1, REACHED: 0.1}))
    assert [(part.text, part.chosen) for part in result.parts] == [("Mein Fall", (ASYLUM,))]


def loosely(*pieces, ranking=(), **data):
    """A message with loose pieces, as the splitter proposes them."""
    return message("Ganz", ranking=ranking, **{LOOSE: list(pieces), **data})


SURE, LESS = AT.loose, AT.loose - 0.01


@pytest.mark.parametrize("second", [REACHED, ASYLUM])
def test_loose_pieces_that_surely_ask_for_entries_are_questions_of_their_own(second):
    pieces = [message("Eröffnung des Büros", ranking={OPENED: SURE}), message("Zahl im FAP", ranking={second: SURE})]
    result = understood(loosely(*pieces, ranking={OPENED: 0.6, second: 0.4}))
    assert [(part.text, part.chosen) for part in result.parts] == [
        ("Eröffnung des Büros", (OPENED,)),
        ("Zahl im FAP", (second,)),
    ]


@pytest.mark.parametrize("second", [{REACHED: LESS}, {OPENED: SURE}, {HELLO: 0.9}, {MONEY: 0.9}])
def test_loose_pieces_that_are_faint_the_same_or_ask_for_no_entry_are_not(second):
    pieces = [message("Eröffnung des Büros", ranking={OPENED: SURE}), message("Zahl im FAP", ranking=second)]
    result = understood(loosely(*pieces, ranking=WHOLE))
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
        message(name, ranking={FAP: 0.95}, **{ENTITIES: about(*subjects)}),
    ]
    assert len(understood(loosely(*pieces, ranking={OPENED: whole, FAP: 0.01})).parts) == count


def test_one_sure_piece_does_not_speak_for_a_message_not_understood():
    pieces = [message("Eröffnung des Büros", ranking={OPENED: SURE}), message("im Jahr danach", ranking={FAR: 0.9})]
    assert [part.text for part in understood(loosely(*pieces, ranking=UNCLEAR)).parts] == ["Ganz"]


def test_loose_pieces_that_repeat_each_other_are_one_question():
    pieces = [message(text, ranking={OPENED: SURE}) for text in ("Eröffnung des Büros", "opening year")]
    third = message("Zahl im FAP", ranking={REACHED: SURE})
    result = understood(loosely(*pieces, third, ranking=WHOLE))
    assert [part.text for part in result.parts] == ["Ganz"]


@pytest.mark.parametrize(("words", "count"), [(MOST_OTHER_WORDS, 2), (MOST_OTHER_WORDS + 1, 1)])
def test_loose_pieces_are_questions_only_where_little_stands_beside_them(words, count):
    pieces = [
        message("Eröffnung des Büros", ranking={OPENED: SURE}),
        message("bitte " * words, ranking={FAR: 0.9}),
        message("Zahl im FAP", ranking={REACHED: SURE}),
    ]
    assert len(understood(loosely(*pieces, ranking=WHOLE)).parts) == count


def test_loose_pieces_none_of_which_the_whole_tells_mislead():
    pieces = [message("Eröffnung des Büros", ranking={OPENED: SURE}), message("Zahl im FAP", ranking={REACHED: SURE})]
    assert chosen(understood(loosely(*pieces, ranking={FAP: 0.6, OPENED: 0.1, REACHED: 0.1}))) == [(FAP,)]


def test_loose_pieces_within_a_part_are_questions_beside_the_other_parts():
    pieces = [message("Eröffnung des Büros", ranking={OPENED: SURE}), message("Zahl im FAP", ranking={REACHED: SURE})]
    parts = [message("Was macht das DTM?", ranking={"ask_data/dtm": 0.9}), loosely(*pieces, ranking={MONEY: 1.0})]
    result = understood(message("Alles", parts, {OPENED: 0.6, REACHED: 0.1, "ask_data/dtm": 0.1}))
    assert chosen(result) == [("ask_data/dtm",), (OPENED,), (REACHED,)]


@pytest.mark.parametrize("trouble", ["empty", "unreadable"])
def test_message_without_words_is_not_judged(trouble):
    result = understood(message("", ranking={OPENED: 0.9}, **{TROUBLE: trouble}))
    assert (result.trouble, result.parts) == (trouble, ())


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("👍", "smalltalk/thanks"),
        ("👍🏿 👍", "smalltalk/thanks"),
        ("👋", "smalltalk/greeting"),
        ("👎🏽", "smalltalk/deny"),
    ],
)
def test_a_gesture_is_small_talk(text, entry):
    result = understood(message(text, **{TROUBLE: "unreadable"}))
    assert chosen(result) == [(entry,)]
    assert (result.trouble, intent_of(result)) == (None, ("smalltalk", 1.0))
    assert entry in knowledge().entries


@pytest.mark.parametrize("text", ["🚨", "😭", "👍👎", "?!"])
def test_other_signs_are_no_gesture(text):
    assert understood(message(text, **{TROUBLE: "unreadable"})).trouble == "unreadable"


def test_message_that_was_cut_is_still_answered():
    result = understood(message(ranking={OPENED: 0.9}, **{TROUBLE: "too_long"}))
    assert (result.trouble, result.parts[0].chosen) == ("too_long", (OPENED,))


@pytest.mark.parametrize("text", ["2", "2.", "(2)", "#2"])
def test_number_is_a_choice_whatever_was_ranked(text):
    result = understood(message(text, ranking={"crisis/violence": 0.9}, **{CHOICE: 2}))
    assert (result.choice, result.parts, intent_of(result)) == (2, (), ("control", 1.0))


def test_number_that_names_no_choice_is_judged_like_any_text():
    result = understood(message("112", ranking={"crisis/danger": 0.9}))
    assert (result.choice, result.urgent) == (None, "crisis/danger")


def test_words_that_name_a_choice_are_judged_too_in_case_nothing_was_offered():
    result = understood(message("die zweite Frage", ranking={OPENED: 0.9}, **{CHOICE: 2}))
    assert (result.choice, chosen(result), intent_of(result)) == (2, [(OPENED,)], ("control", 1.0))


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
        ({REACHED: 0.8, OPENED: 0.7}, ("ask_figures", 0.8)),
        ({ILLEGAL: 0.9}, ("out_of_scope", 0.9)),
        ({MONEY: 0.9}, ("nlu_fallback", 1.0)),
        ({OPENED: FAINT}, ("ask_history", FAINT)),
        ({OPENED: 0.01}, ("nlu_fallback", 1.0)),
        ({HELLO: 0.8}, ("smalltalk", 0.8)),
    ],
)
def test_intent_is_the_topic_of_the_first_part_understood(ranking, intent):
    assert intent_of(understood(message(ranking=ranking))) == intent


def test_a_topic_taken_from_the_last_answer_is_sure():
    given = message("Und wie viele?", ranking={WHEN: 0.3}, context={REACHED: 0.9})
    assert intent_of(understood(given)) == ("ask_figures", 1.0)


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        ({"ranking": {OPENED: 0.9}}, f"0.90 ≥ {AT.answer}"),
        ({"ranking": {ILLEGAL: 0.9}}, f"0.90 ≥ {AT.illegal}"),
        ({"ranking": {WHEN: 0.3}, "context": {REACHED: 0.9}}, f"in context 0.90 ≥ {AT.context}"),
        ({"ranking": {MONEY: 0.8, OPENED: FAINT}}, f"together {FAINT:.2f} ≥ {AT.clarify}"),
        ({"ranking": {MONEY: 0.9}}, "together 0.00"),
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
    (given,) = made(AnswerGate, answer=0.95).process([message(ranking={OPENED: 0.9})])
    assert given.get(KEY)["parts"][0]["decision"] == "clarify"


@pytest.mark.parametrize("name", list(Thresholds.__dataclass_fields__))
@pytest.mark.parametrize("value", [-0.1, 1.1, pytest.param("0.5")])
def test_threshold_that_is_no_probability_is_refused(made, name, value):
    with pytest.raises(InvalidConfigException, match=name):
        made(AnswerGate, **{name: value})


@pytest.mark.parametrize("value", [0, 1])
def test_threshold_may_be_certainty_or_impossibility(made, value):
    (given,) = made(AnswerGate, answer=value).process([message(ranking={HELLO: 0.9})])
    assert given.get(KEY)["parts"][0]["decision"] == ("unsure" if value else "answer")
