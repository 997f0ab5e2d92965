"""The element in ten languages: found by their own names, loaded one at a time, right to left where they run so."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from assistant.core.languages import LANGUAGES, SERVED
from assistant.knowledge.render import direction
from tests.browser.places import texts
from tests.browser.scripted_front import answer, part

GERMAN = "Es waren {n} Menschen, sagt die IOM."
OTHERS = [language for language in LANGUAGES if language != "de"]


def a_translation(language: str, **approved: object):
    """An answer in a language that nobody has checked, with its original."""
    original = {"text": GERMAN, "language": "de", "direction": "ltr"}
    said = part("\u2066116 016\u2069", language=language, translation={"original": original}, **approved)
    return answer(said, language=language, suggestions=["?", texts(language)["original"]])


def test_all_languages_are_listed_by_their_own_names(visitor):
    visitor.open()
    names = visitor.page.locator("iom-assistant select.language option").all_text_contents()
    assert names == [language.name for language in SERVED.values()]


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_chosen_is_loaded_and_shown(visitor, language):
    visitor.open()
    visitor.speak(SERVED[language].name)
    expect(visitor.button(texts(language)["send"])).to_be_visible()
    region = visitor.page.locator("iom-assistant .assistant")
    expect(region).to_have_attribute("lang", language)
    expect(region).to_have_attribute("dir", direction(language))
    loaded = [url for url in visitor.requests if "/texts/" in url]
    assert [url.rpartition("/")[2] for url in loaded] == [f"{language}.json"]


def test_a_page_in_arabic_has_an_element_in_arabic(visitor):
    visitor.go("/ar")
    expect(visitor.launcher).to_have_accessible_name(texts("ar")["launcher"])
    visitor.launcher.click()
    expect(visitor.panel).to_have_accessible_name(texts("ar")["title"])


@pytest.mark.parametrize(("path", "own"), [("/", "de"), ("/en", "en")])
def test_without_a_connection_the_texts_that_are_there_stay(visitor, path, own):
    visitor.page.route("**/texts/*.json", lambda route: route.abort())
    visitor.go(path).open(own)
    visitor.speak(SERVED["uk"].name)
    expect(visitor.page.locator("iom-assistant select.language")).to_have_value("uk")
    expect(visitor.button(texts(own)["send"])).to_be_visible()
    expect(visitor.page.locator("iom-assistant .assistant")).to_have_attribute("lang", own)


def test_the_menu_does_not_wait_for_texts_that_the_line_holds_up(visitor):
    held = []
    visitor.page.route("**/texts/uk.more.json", lambda route: held.append(route))
    visitor.open().speak(SERVED["uk"].name)
    visitor.button(texts("uk")["menu"]).click()
    expect(visitor.button(texts("en")["newChat"])).to_be_visible()
    held.pop().continue_()
    expect(visitor.button(texts("uk")["newChat"])).to_be_visible()


def test_the_menu_speaks_the_language_once_its_texts_come_at_a_later_press(visitor):
    visitor.page.route("**/texts/uk.more.json", lambda route: route.abort())
    visitor.open().speak(SERVED["uk"].name)
    visitor.open_menu()
    expect(visitor.button(texts("en")["newChat"])).to_be_visible()
    visitor.page.keyboard.press("Escape")
    visitor.page.unroute("**/texts/uk.more.json")
    visitor.open_menu()
    expect(visitor.button(texts("uk")["newChat"])).to_be_visible()


@pytest.mark.parametrize("language", ["uk", "ar"])
def test_a_translation_has_its_original_one_tap_away(visitor, front, language):
    front.script.answer = lambda text, _: a_translation(language)
    said = visitor.open().ask("?")
    expect(said).to_have_attribute("lang", language)
    expect(said).to_have_attribute("dir", direction(language))
    expect(said.get_by_text(texts(language)["unreviewed"])).to_be_visible()
    original = said.get_by_text(GERMAN)
    expect(original).to_be_hidden()
    said.locator("details.original summary").click()
    expect(original).to_be_visible()
    expect(said.locator("details.original > div")).to_have_attribute("lang", "de")
    expect(said.locator(".suggestion")).to_have_text(["?"])


def test_a_translation_that_somebody_has_checked_does_not_say_that_nobody_has(visitor, front):
    front.script.answer = lambda text, _: a_translation(
        "uk", approved_on="2027-01-15", approved_on_text="15 січня 2027 р."
    )
    said = visitor.open().ask("?")
    expect(said.locator("details.original")).to_have_count(0)


def test_what_is_not_translated_is_marked_as_english_below_a_line_in_the_visitors_language(visitor, front):
    told = part("Only this.", language="en", heading="Цей текст є лише англійською:")
    front.script.answer = lambda text, _: answer(told, language="uk")
    said = visitor.open().ask("?")
    own = said.locator(".untranslated")
    expect(own).to_have_text("Only this.")
    expect(own).to_have_attribute("lang", "en")
    expect(said.get_by_text("Цей текст")).to_be_visible()


def test_a_number_keeps_its_order_from_right_to_left(visitor, front):
    front.script.answer = lambda text, _: answer(part("اتصل على \u2066116 016\u2069 الآن", "crisis"), language="ar")
    said = visitor.open().ask("?")
    link = said.locator("div p a[href='tel:116016']")
    expect(link).to_have_text("116 016")
    expect(said.locator(".call bdi")).to_have_text("116 016")
    places = link.evaluate(
        """(link) => [0, 4].map((at) => {
          const range = document.createRange();
          range.setStart(link.firstChild, at);
          range.setEnd(link.firstChild, at + 3);
          return range.getBoundingClientRect().left;
        })"""
    )
    assert places[0] < places[1], "116 stands left of 016"
