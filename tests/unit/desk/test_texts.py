"""The desk's words: every text in every language, with the same placeholders; none missing, none unused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from assistant.desk import texts
from assistant.desk.app import page_modules
from assistant.desk.texts import COMMON, FOLDER, Words, languages, preferred, section
from assistant.desk.view import MISLEADING, visitor
from assistant.front.store.unanswered import Reason
from assistant.staff import refusals

DESK = Path(texts.__file__).parent
SECTIONS = sorted(path.stem for path in FOLDER.glob("*.yml"))


@pytest.mark.parametrize("name", SECTIONS)
def test_every_text_is_there_in_every_language_with_the_same_places(name: str):
    for key, text in section(name).items():
        assert set(text) == set(languages()), key
        places = {tuple(sorted(set(re.findall(r"\{\w+\}", words)))) for words in text.values()}
        assert len(places) == 1, key
        assert all(words.strip() for words in text.values()), key


@pytest.mark.parametrize("name", SECTIONS)
def test_no_text_is_unused(name: str):
    files = [path for path in DESK.rglob("*") if path.suffix in (".py", ".html", ".js")]
    # Why a text may not be learned is decided there.
    files.append(Path(refusals.__file__))
    code = "\n".join(path.read_text("utf-8") for path in files)
    # The reasons come with the questions.
    code += repr(get_args(Reason)).replace("'", '"')
    unused = [key for key in section(name) if not is_named(key, code)]
    assert not unused


def is_named(key: str, code: str) -> bool:
    """Whether a key stands in quotes, or both of its parts do, as in "field_" ~ "answer"."""
    start, _, end = key.partition("_")
    whole, parts = (key,), (f"{start}_", end)
    return any(all(re.search(rf"[\"']{re.escape(one)}[\"'{{]", code) for one in each) for each in (whole, parts))


def test_every_page_in_the_menu_has_a_title():
    menus = [module.MENU for module in page_modules() if hasattr(module, "MENU")]
    assert menus
    for menu in menus:
        for language in languages():
            assert Words(language, menu.section)("title")
    assert len({menu.path for menu in menus}) == len(menus)


def test_a_page_finds_its_own_words_and_the_common_ones():
    assert Words("en", "due")("title") == "Due"
    assert Words("en", "due")("menu") == Words("en", COMMON)("menu")
    with pytest.raises(KeyError):
        Words("en", "due")("no such text")


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "de"),
        ("en-GB,en;q=0.9", "en"),
        ("fr,de;q=0.2,en;q=0.7", "en"),
        ("tr", "de"),
        ("en;q=x,de", "de"),
        (";;;,,", "de"),
    ],
)
def test_the_preferred_language_is_one_that_the_desk_speaks(accepted: str, language: str):
    assert preferred(accepted) == language


def test_a_visitor_s_words_can_neither_become_markup_nor_turn_round():
    shown = visitor('<img src=x onerror="alert(1)">\u202egnp.exe\u2066 می\u200cخواهم', "fa")
    assert shown.startswith('<bdi class="visitor" dir="auto" lang="fa">&lt;img')
    assert "onerror=&#34;" in shown
    assert not MISLEADING.search(shown)
    assert "می\u200cخواهم" in shown
    assert 'lang="&#34;&gt;"' in visitor("x", '">')
