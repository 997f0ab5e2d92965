"""The guard turns whatever arrives into a short, clean text that is no command."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rasa.nlu.classifiers.regex_message_handler import RegexMessageHandler
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from assistant.core.choices import LONGEST as LONGEST_CHOICE
from assistant.knowledge import knowledge
from assistant.nlu.components.guard import MAX_CHARACTERS, InputGuard, signals
from assistant.nlu.components.message_keys import CHOICE, SIGNAL, TROUBLE

NASTY = [
    "/",
    "\x1b[31m",
    "\x1b]0;",
    "\x00",
    "\u202e",
    "\ud800",
    "<b>",
    "<",
    ">",
    "\u0301",
    "\u2028",
    "\u00a0",
    "aaaaaa",
]
ANYTHING = st.lists(st.text(st.characters(exclude_categories=())) | st.sampled_from(NASTY)).map("".join)


def guarded(text: object, longest: int = MAX_CHARACTERS) -> Message:
    """The message after the guard."""
    return InputGuard(longest).process([Message({TEXT: text})])[0]


def clean(text: str) -> str:
    """The text after the guard."""
    return guarded(text).get(TEXT)


@pytest.mark.parametrize("raw", ["", "   ", "\n\t", "\u00a0\u00a0", None, 7, ["Wann?"]])
def test_input_without_any_text_is_empty(raw):
    message = guarded(raw)
    assert (message.get(TEXT), message.get(TROUBLE)) == ("", "empty")


@pytest.mark.parametrize("raw", ["???", "😀", "...", "\ud800", "\x00", "<br>", "\u200b\u200b", "///"])
def test_input_without_letter_or_digit_is_unreadable(raw):
    assert guarded(raw).get(TROUBLE) == "unreadable"


@pytest.mark.parametrize("raw", ["Wann wurde das Büro eröffnet?", "When did it open?", "متى؟", "2016"])
def test_plain_question_passes_unchanged_and_without_trouble(raw):
    message = guarded(raw)
    assert (message.get(TEXT), message.get(TROUBLE)) == (raw, None)


@pytest.mark.parametrize("unit", ["a", "<", "\x1b]", "Wann? ", "z\u0301", "/"])
def test_a_hundred_thousand_characters_are_cut_fast(unit):
    started = time.perf_counter()
    message = guarded(unit * (100_000 // len(unit)))
    assert time.perf_counter() - started < 0.5
    assert len(message.get(TEXT)) <= MAX_CHARACTERS


def test_a_hundred_thousand_characters_are_too_long():
    assert guarded("Wann? " * 17_000).get(TROUBLE) == "too_long"


@pytest.mark.parametrize(("length", "trouble"), [(MAX_CHARACTERS, None), (MAX_CHARACTERS + 1, "too_long")])
def test_too_long_begins_after_the_longest_that_is_read(length, trouble):
    assert guarded(("ab " * MAX_CHARACTERS)[:length]).get(TROUBLE) == trouble


def test_length_read_is_configurable():
    assert guarded("Wann wurde", longest=4).get(TEXT) == "Wann"


def test_characters_that_grow_when_normalized_stay_within_the_length():
    assert len(clean("\ufb2c" * MAX_CHARACTERS)) <= MAX_CHARACTERS


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Wa\x00nn\x07?", "Wann?"),
        ("Wann\nwurde\tdas", "Wann wurde das"),
        ("\x1b[31mWann\x1b[0m?", "Wann?"),
        ("\x1b]0;title\x07Wann?", "Wann?"),
        ("\u202eWann\u200f?\u2066", "Wann?"),
        ("Wann\ud800?", "Wann?"),
        ("  Wann\u00a0wurde  ", "Wann wurde"),
        ("<script>Wann</script><b>?", "Wann ?"),
        ("Bu\u0308ro", "Büro"),
        ("Haaaaaaallo", "Haaallo"),
        ("Wie viele Menschen " * 40, "Wie viele Menschen"),
        ("hilfe hilfe hilfe hilfe mir", "hilfe mir"),
        ("nein nein nein", "nein nein nein"),
    ],
)
def test_what_is_not_language_is_taken_out(raw, expected):
    assert clean(raw) == expected


def test_escape_sequence_ended_by_a_string_terminator_leaves_the_rest():
    assert clean("\x1b]0;title\x1b\\Wann?") == "Wann?"


def test_comparison_signs_are_no_markup():
    assert "2 und 3" in clean("Ist 1 < 2 und 3 > 2?")


def test_zeros_of_a_number_stay():
    assert clean("Waren es 100000 Menschen?") == "Waren es 100000 Menschen?"


def test_piled_up_marks_are_cut_to_two():
    marks = sum(bool(unicodedata.combining(char)) for char in clean("Z" + "\u0335\u0321\u0322\u0300" * 20))
    assert marks == 2


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("/restart", "restart"),
        ("//restart", "restart"),
        (" / /restart", "restart"),
        ("\u200b/restart", "restart"),
        ("<b>/restart", "restart"),
        ('/ask_history{"x":1}', 'ask_history{"x":1}'),
    ],
)
def test_leading_slashes_are_taken_off(raw, expected):
    assert clean(raw) == expected


def test_slash_within_a_text_stays():
    assert clean("Was ist REAG/GARP?") == "Was ist REAG/GARP?"


@pytest.mark.parametrize("raw", ["/restart", '/ask_history{"year": "1954"}', "/session_start"])
def test_rasa_takes_a_slash_for_a_command_unless_it_is_guarded(raw):
    stock, kept = RegexMessageHandler().process([Message({TEXT: raw}), guarded(raw)])
    assert stock.get(INTENT)["name"] == raw[1:].partition("{")[0]
    assert kept.get(INTENT) is None


@pytest.mark.parametrize(("raw", "choice"), [("1", 1), ("2.", 2), (" 3) ", 3), ("12", 12), ("４", 4)])
def test_number_alone_is_a_choice(raw, choice):
    assert guarded(raw).get(CHOICE) == choice


@pytest.mark.parametrize(
    ("raw", "choice"),
    [("1️⃣", 1), ("(2)", 2), ("Nr. 3", 3), ("Die zweite bitte", 2), ("the first one", 1), ("option 3", 3)],
)
def test_number_in_whatever_way_it_is_written_is_a_choice(raw, choice):
    assert guarded(raw).get(CHOICE) == choice


@pytest.mark.parametrize(("spaces", "choice"), [(LONGEST_CHOICE - 1, 1), (LONGEST_CHOICE, None)])
def test_a_long_message_names_no_choice(spaces, choice):
    assert guarded(" " * spaces + "1").get(CHOICE) == choice


@pytest.mark.parametrize("raw", ["2016", "100", "1 Jahr", "-1", "1.5", "Wann?", "", "erste Hilfe", "who is first?"])
def test_other_input_is_no_choice(raw):
    assert guarded(raw).get(CHOICE) is None


def test_cleaned_text_is_what_rasa_puts_out():
    assert guarded("/restart").as_dict(only_output_properties=True)[TEXT] == "restart"


@pytest.mark.parametrize("longest", [0, -5, "1000", 10.5, None, pytest.param(True)])
def test_length_that_is_no_positive_number_is_refused(made, longest):
    with pytest.raises(InvalidConfigException, match="longest"):
        made(InputGuard, longest=longest)


def test_guard_is_made_from_its_default_configuration(made):
    assert made(InputGuard).process([Message({TEXT: "/hi"})])[0].get(TEXT) == "hi"


@pytest.mark.slow
@settings(max_examples=300, deadline=None, database=None, derandomize=True)
@given(ANYTHING)
@example("/" * 2000)
@example("\ud800/restart")
def test_any_input_becomes_short_plain_text_that_is_no_command(raw):
    text = clean(raw)
    text.encode("utf-8")
    assert not any(unicodedata.category(char) in ("Cc", "Cs", "Cf") for char in text)
    assert not text.startswith("/")
    assert len(text) <= MAX_CHARACTERS


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("Morgen ist mein Termin. Ich WILL nicht\nmehr leben!", "crisis/self_harm"),
        ("dann wär ich lieber tot", "crisis/self_harm"),
        ("I don’t want to live, they said no", "crisis/self_harm"),
        ("i dont want to live", "crisis/self_harm"),
        ("das bringt mich um, immer diese Formulare", None),
        ("Er will mich umbringen", None),
        ("Where do I want to live?", None),
        ("", None),
    ],
)
def test_words_that_leave_no_doubt_of_an_emergency_are_noticed(text, entry):
    message = Message({TEXT: text})
    InputGuard(signals=signals(knowledge())).process([message])
    assert message.get(SIGNAL) == entry


def test_without_signals_none_is_noticed():
    message = Message({TEXT: "Ich will nicht mehr leben"})
    InputGuard().process([message])
    assert message.get(SIGNAL) is None
