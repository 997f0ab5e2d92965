"""What is loaded when: the launcher with the page, the chat when somebody wants it, and what happens if it fails."""

from __future__ import annotations

import gzip
import json

import pytest
from playwright.sync_api import Route, expect

from assistant.core.languages import LANGUAGES, ORIGINALS
from assistant.core.paths import ROOT
from tests.browser.places import texts
from tests.browser.scripted_front import answer, part
from tests.browser.visitor import Visitor, until

DIST = ROOT / "widget" / "dist"
# What each file may weigh as it is sent, in bytes.
LIMITS = {
    "iom-assistant.js": 6_900,
    "chat.js": 18_000,
    "chat.de.js": 18_200,
    "more.js": 17_300,
    "team.js": 3_400,
}
# All that comes from the page's load to the first answer, by the language of the page.
UNTIL_ANSWERED = {"de": 25_000, "en": 24_800, "uk": 26_400}
CHAT, MORE = "**/chat*.js*", "**/more.js*"
PAGE = """<!doctype html><html lang="de"><head><title>Seite</title>
<script type="module" src="/widget/iom-assistant.js"></script></head>
<body><main><h1>Seite</h1><button>Anderes</button></main><iom-assistant {attributes}></iom-assistant></body></html>"""
FAILED = texts("de")["failed"]
FOCUSED = "document.activeElement.shadowRoot?.activeElement?.className ?? document.activeElement.localName"
IS_OPEN = "document.querySelector('iom-assistant').open"
UNSENT = {"open": False, "large": False, "outbox": [{"id": "a1", "text": "Wie vielen?"}], "draft": None}


def loaded(visitor: Visitor) -> list[str]:
    """The scripts that were asked for, in order."""
    names = [url.partition("?")[0].rpartition("/")[2] for url in visitor.requests]
    return [name for name in names if name.endswith(".js")]


def kept(route: Route, bodies: list[bytes]) -> None:
    """Passes a file on, and keeps what is in it."""
    response = route.fetch()
    bodies.append(response.body())
    route.fulfill(response=response)


class Held:
    """A file that comes when the test lets it."""

    def __init__(self, visitor: Visitor, file: str = CHAT) -> None:
        self.routes: list[Route] = []
        visitor.page.route(file, lambda route: self.routes.append(route))

    def release(self, visitor: Visitor) -> None:
        until(visitor.page, lambda: bool(self.routes))
        self.routes.pop().continue_()


def weight(data: bytes) -> int:
    return len(gzip.compress(data, 9, mtime=0))


@pytest.mark.parametrize("name", LIMITS)
def test_no_file_of_the_element_weighs_more_than_it_may(name):
    assert weight((DIST / name).read_bytes()) <= LIMITS[name]


def test_every_script_of_the_element_has_a_limit():
    assert {path.name for path in DIST.glob("*.js")} == set(LIMITS)


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - set(ORIGINALS)))
def test_the_texts_of_a_language_are_in_one_of_its_two_files(language):
    first, later = (json.loads((DIST / "texts" / f"{language}{end}.json").read_text("utf-8")) for end in ("", ".more"))
    assert first.keys() & later.keys() == set()
    assert {**first, **later} == texts(language)


@pytest.mark.parametrize("language", UNTIL_ANSWERED)
def test_until_the_first_answer_no_more_is_loaded_than_may_be(visitor_of, front, language):
    front.pages["own"] = PAGE.format(attributes=f'language="{language}"')
    front.script.answer = lambda text, _: answer(part("116 016"), language=language)
    visitor = visitor_of(front.url)
    bodies: list[bytes] = []
    visitor.page.route("**/widget/**", lambda route: kept(route, bodies))
    visitor.go("/pages/own")
    visitor.launcher.click()
    expect(visitor.panel).to_be_visible()
    # What comes once there is an answer does not count, so it waits.
    visitor.page.route(MORE, lambda route: None)
    visitor.ask("Wie vielen?")
    assert sum(weight(body) for body in bodies) <= UNTIL_ANSWERED[language]


def test_what_few_need_comes_once_after_the_first_answer(visitor, front):
    visitor.open()
    assert loaded(visitor) == ["iom-assistant.js", "chat.de.js"]
    visitor.ask("?")
    visitor.have_more()
    visitor.more()
    visitor.menu("Chat löschen")
    assert loaded(visitor).count("more.js") == 1


@pytest.mark.parametrize("name", ["Menü", "Mehr dazu", "Themen"])
def test_what_few_need_comes_when_it_is_asked_for_or_says_that_it_did_not(visitor, name):
    visitor.page.route(MORE, lambda route: route.abort())
    pressed = visitor.open().button(name)
    pressed.click()
    expect(visitor.alert).to_contain_text(FAILED)
    expect(pressed).to_have_attribute("aria-expanded", "false")
    visitor.page.unroute(MORE)
    pressed.click()
    expect(pressed).to_have_attribute("aria-expanded", "true")


def test_an_impatient_second_press_does_not_take_back_the_first(visitor):
    held = Held(visitor, MORE)
    pressed = visitor.open().button("Mehr dazu")
    pressed.dblclick()
    held.release(visitor)
    expect(visitor.page.get_by_text(texts("de")["noticeMachine"])).to_be_visible()
    expect(pressed).to_have_attribute("aria-expanded", "true")
    assert loaded(visitor).count("more.js") == 1


def test_whatever_is_pressed_while_the_file_comes_is_done(visitor):
    held = Held(visitor, MORE)
    visitor.open()
    pressed = [visitor.button(name) for name in ("Menü", "Mehr dazu")]
    for one in pressed:
        one.click()
    held.release(visitor)
    for one in pressed:
        expect(one).to_have_attribute("aria-expanded", "true")
    assert loaded(visitor).count("more.js") == 1


def test_the_notice_says_how_long_a_chat_is_stored_as_soon_as_that_is_known(visitor):
    held = Held(visitor, "**/api/opening*")
    visitor.open().button("Mehr dazu").click()
    expect(visitor.page.get_by_text(texts("de")["noticeMachine"])).to_be_visible()
    stored = visitor.page.get_by_text(texts("de")["noticeStored"].replace("{days}", "30"))
    expect(stored).to_have_count(0)
    held.release(visitor)
    expect(stored).to_be_visible()


def test_what_few_need_from_another_version_that_does_not_fit_says_that_it_did_not_work(visitor):
    other = "export class Renamed {}"
    visitor.page.route(MORE, lambda route: route.fulfill(body=other, content_type="text/javascript"))
    visitor.open().ask("?")
    visitor.button("Menü").click()
    expect(visitor.alert).to_contain_text(FAILED)
    visitor.ask("Und?")


def test_whoever_never_opens_the_chat_loads_the_launcher_alone(visitor):
    visitor.page.wait_for_timeout(500)
    visitor.page.reload()
    visitor.page.wait_for_timeout(500)
    assert set(loaded(visitor)) == {"iom-assistant.js"}


def test_the_chat_is_loaded_once_when_it_is_first_opened(visitor):
    visitor.open()
    visitor.page.keyboard.press("Escape")
    expect(visitor.panel).to_be_hidden()
    visitor.open().ask("?")
    assert loaded(visitor).count("chat.de.js") == 1


@pytest.mark.parametrize("attribute", ["open", "inline"])
def test_a_page_that_shows_the_chat_loads_it_at_once(visitor_of, front, attribute):
    front.pages["own"] = PAGE.format(attributes=attribute)
    visitor = visitor_of(front.url).go("/pages/own")
    expect(visitor.field).to_be_visible()
    assert visitor.page.evaluate(FOCUSED) == "body"


def test_a_visitor_who_has_begun_a_chat_has_it_on_every_page(visitor):
    visitor.open().ask("?")
    visitor.page.keyboard.press("Escape")
    expect(visitor.panel).to_be_hidden()
    visitor.requests.clear()
    visitor.page.reload()
    until(visitor.page, lambda: "chat.de.js" in loaded(visitor))
    expect(visitor.panel).to_be_hidden()


def test_unsent_messages_load_the_chat(visitor, front):
    kept = json.dumps({**UNSENT, "server": front.url})
    visitor.page.evaluate("kept => sessionStorage.setItem('iom-assistant-tab', kept)", kept)
    visitor.page.reload()
    until(visitor.page, lambda: "chat.de.js" in loaded(visitor))
    visitor.open()
    expect(visitor.answers).to_have_count(1)


def test_while_the_chat_comes_the_launcher_stays_and_is_busy(visitor):
    held = Held(visitor)
    visitor.launcher.click()
    expect(visitor.launcher).to_have_attribute("aria-busy", "true")
    expect(visitor.launcher).to_have_attribute("aria-expanded", "false")
    expect(visitor.launcher).to_be_visible()
    # An impatient second press does not take back the first.
    visitor.launcher.click()
    held.release(visitor)
    expect(visitor.panel).to_be_visible()
    expect(visitor.launcher).to_be_hidden()
    expect(visitor.page.locator("iom-assistant [aria-busy]")).to_have_count(0)
    assert visitor.page.evaluate(FOCUSED) != "body"


def test_focus_that_went_elsewhere_meanwhile_is_left_there(visitor_of, front):
    front.pages["own"] = PAGE.format(attributes="")
    visitor = visitor_of(front.url).go("/pages/own")
    held = Held(visitor)
    visitor.launcher.click()
    visitor.page.get_by_role("button", name="Anderes").focus()
    held.release(visitor)
    expect(visitor.panel).to_be_visible()
    assert visitor.page.evaluate(FOCUSED) == "button"


def test_a_page_that_closes_the_chat_before_it_is_there_has_it_closed(visitor):
    held = Held(visitor)
    visitor.page.evaluate("document.querySelector('iom-assistant').open = true")
    visitor.page.evaluate("document.querySelector('iom-assistant').open = false")
    held.release(visitor)
    visitor.page.wait_for_timeout(500)
    expect(visitor.panel).to_be_hidden()
    visitor.open()


def test_a_chat_from_another_version_that_does_not_fit_says_that_it_did_not_work(visitor):
    other = "export const begin = () => { throw new TypeError('another version') }"
    visitor.page.route(CHAT, lambda route: route.fulfill(body=other, content_type="text/javascript"))
    visitor.launcher.click()
    expect(visitor.alert).to_contain_text(FAILED)


@pytest.mark.parametrize(("language", "name"), [("de", "chat.de.js"), ("en", "chat.js"), ("uk", "chat.js")])
def test_the_chat_comes_with_the_texts_that_most_pages_of_a_language_need(visitor_of, front, language, name):
    front.pages["own"] = PAGE.format(attributes=f'open language="{language}"')
    visitor = visitor_of(front.url).go("/pages/own")
    expect(visitor.button(texts(language)["send"])).to_be_visible()
    assert loaded(visitor) == ["iom-assistant.js", name]


def test_a_chat_that_cannot_be_loaded_says_so_and_comes_at_the_next_press(visitor, front):
    visitor.page.route(CHAT, lambda route: route.abort())
    visitor.launcher.click()
    expect(visitor.alert).to_contain_text(FAILED)
    link = visitor.alert.get_by_role("link")
    expect(link).to_have_attribute("href", f"{front.url}/chat?language=de")
    expect(visitor.launcher).to_be_visible()
    assert not visitor.page.evaluate(IS_OPEN)
    visitor.page.unroute(CHAT)
    visitor.open()
    expect(visitor.alert).to_be_hidden()


def test_in_the_flow_of_the_page_the_chat_comes_by_itself_later(visitor_of, front):
    front.pages["own"] = PAGE.format(attributes="inline")
    visitor = visitor_of(front.url)
    visitor.page.route(CHAT, lambda route: route.abort())
    visitor.go("/pages/own")
    expect(visitor.alert).to_contain_text(FAILED)
    visitor.page.unroute(CHAT)
    expect(visitor.field).to_be_visible()
    expect(visitor.page.locator("iom-assistant .trouble")).to_have_count(0)


def test_the_language_that_another_tab_chose_is_followed_before_the_chat_is_loaded(visitor):
    chosen = json.dumps({"token": None, "choice": "en", "size": 0, "server": visitor.url})
    other = visitor.another_tab()
    other.page.evaluate("kept => localStorage.setItem('iom-assistant-chat', kept)", chosen)
    expect(visitor.launcher).to_contain_text(texts("en")["launcher"])


def test_what_stands_in_its_place_is_above_the_launcher_and_easy_to_press(visitor):
    visitor.page.route(CHAT, lambda route: route.abort())
    visitor.launcher.click()
    expect(visitor.alert).to_be_visible()
    box = visitor.alert.bounding_box()
    below = visitor.launcher.bounding_box()
    assert box["y"] + box["height"] <= below["y"]
    assert visitor.alert.get_by_role("link").bounding_box()["height"] >= 44
