"""The guides to the desk: what they print in bold is on its pages, in the same words; both have the same tasks."""

from __future__ import annotations

import re

import pytest

from assistant.core.paths import ROOT
from assistant.desk.texts import FOLDER, section

LANGUAGES = ("de", "en")
BOLD = re.compile(r"\*\*(.+?)\*\*")
PLACE = re.compile(r"\\\{\w+\\\}")


def guide(language: str) -> str:
    return (ROOT / "docs" / f"editors.{language}.md").read_text("utf-8")


def patterns(language: str) -> list[re.Pattern[str]]:
    """The desk's texts in a language, with anything in the place of what is filled in."""
    texts = [text[language] for path in FOLDER.glob("*.yml") for text in section(path.stem).values()]
    return [re.compile(PLACE.sub(".+", re.escape(text))) for text in texts]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_bold_is_on_the_desk_s_pages(language: str):
    # "Bold" itself, and the languages by which the pages can be read in both.
    own = {"Fett", "bold", *(text for text in section("common")["language_name"].values())}
    known = [each for each in patterns(language) if each.pattern != ".+"]
    named = set(BOLD.findall(guide(language))) - own
    assert len(named) > 40
    assert sorted(label for label in named if not any(each.fullmatch(label) for each in known)) == []


def figures(language: str) -> list[list[str]]:
    """Steps, clicks, characters and seconds of each row of the table of times."""
    rows = [line.split("|")[2:6] for line in guide(language).splitlines() if re.match(r"\| (\d\.|…) ", line)]
    return [[re.sub(r"(?<=\d)[.,](?=\d{3})|[^\d/½¼]", "", cell) for cell in row] for row in rows]


def test_both_guides_give_the_same_figures():
    assert figures("de") == figures("en")
    assert len(figures("de")) == 7


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_task_has_as_many_steps_as_its_row_says(language: str):
    tasks = {task[0]: task.partition("\n")[2] for task in re.split(r"^## ", guide(language), flags=re.M)}
    lists = {number: re.split(r":\n\n(?=1\. )", tasks[number]) for number in "12345"}
    steps = {number: [len(re.findall(r"^\d+\. ", each, re.M)) for each in found] for number, found in lists.items()}
    said = [int(row[0]) for row in figures(language)]
    assert [steps[number][0] for number in "1245"] == [said[0], said[1], said[4], said[6]]
    assert steps["3"] == said[2:4]
