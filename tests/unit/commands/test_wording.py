"""The editors' commands speak the machine's language."""

from __future__ import annotations

import ast
import re

import pytest

from assistant.core.paths import ROOT
from assistant.knowledge import Finding
from assistant.knowledge.wording import PLACE, editors_language, in_words, said, translated, wording

CHECKERS = (
    "check",
    "check_approvals",
    "approve",
    "check_texts",
    "load",
    "yaml_lines",
    "evidence",
    "examples",
    "parity",
    "schema",
)
FEWEST_LETTERS = 12
MESSAGE = re.compile(r"[\w\s.,;:'\"`{}/()_-]+[?]?")
# Said to developers, within another message.
NO_MESSAGES = {"a name must be one word"}
OTHERS = sorted({code for text in wording()["texts"].values() for code in text} - {"en"})


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "de_DE.UTF-8"}, "de"),
        ({"LANG": "de"}, "de"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "de_AT.UTF-8"}, "de"),
        ({"LANG": "de_DE", "LC_MESSAGES": "en_US"}, "en"),
    ],
)
def test_the_language_is_the_machine_s(environment, language):
    assert editors_language(environment) == language


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_and_message_is_there_in_each_language(language):
    texts = [*wording()["texts"].values(), *wording()["messages"], *wording()["words"]]
    assert [text for text in texts if not text.get(language)] == []


@pytest.mark.parametrize("language", OTHERS)
def test_texts_have_the_same_places_in_each_language(language):
    for text in wording()["texts"].values():
        assert set(re.findall(r"\{(\w+)\}", text[language])) == set(re.findall(r"\{(\w+)\}", text["en"]))
    for message in wording()["messages"]:
        assert set(PLACE.findall(message[language])) <= set(PLACE.findall(message["en"]))


def written(name):
    """The pieces of the messages in a module of the checker: the texts of its findings, without what differs."""
    tree = ast.parse((ROOT / "assistant" / "knowledge" / f"{name}.py").read_text("utf-8"))
    tree.body = [node for node in tree.body if not (isinstance(node, ast.FunctionDef) and node.name == "main")]
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            node.body = node.body[1:]
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value.strip(' :;"')
            if len(text) >= FEWEST_LETTERS and " " in text and MESSAGE.fullmatch(text):
                yield text


@pytest.mark.parametrize("name", CHECKERS)
def test_every_message_of_the_checker_is_known(name):
    known = "\n".join(message["en"] for message in wording()["messages"])
    found = list(written(name))
    assert found
    assert [text for text in found if text not in known and text not in NO_MESSAGES] == []


@pytest.mark.parametrize(
    ("english", "german"),
    [
        (
            "{days} is missing in the en answer; use it in every language",
            "{days} fehlt: Antwort (en); verwenden Sie es in jeder Sprache",
        ),
        (
            'the value "days" is not used in any text; use it as {days} or remove it',
            "der Wert „days“ kommt in keinem Text vor; schreiben Sie dort {days} oder löschen Sie ihn",
        ),
        (
            "683.950 appears in the de answer; move it to values and write {name} here",
            "683.950 steht im Text: Antwort (de); setzen Sie es unter values und schreiben Sie hier {name}",
        ),
        ("something that nobody has foreseen", "something that nobody has foreseen"),
    ],
)  # fmt: skip
def test_a_message_is_said_in_german(english, german):
    assert translated(english, "de") == german
    assert translated(english, "en") == english


def test_a_finding_names_the_file_from_the_project_s_folder_on():
    finding = Finding("figures.yml", 7, "ask_figures/x", "a fact needs a subject")
    assert (
        in_words(finding, "de") == "knowledge/figures.yml:7: [ask_figures/x] eine Tatsache (fact) braucht ein subject"
    )
    inside = Finding("data/nlu/de/x.yml", 0, "", "a fact needs a subject", True)
    assert in_words(inside, "en") == "data/nlu/de/x.yml: warning: a fact needs a subject"


def test_a_text_without_words_in_a_language_is_said_in_english():
    assert said("nothing_withdrawn", "xx") == "No answer is withdrawn."
