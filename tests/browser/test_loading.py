"""What is loaded when: the launcher with the page, the chat when somebody wants it, and what happens if it fails."""

from __future__ import annotations

import gzip
import json

import pytest
from playwright.sync_api import Route, expect

from assistant.core.paths import ROOT
from tests.browser.places import texts
from tests.browser.visitor import Visitor, until

DIST = ROOT / "widget" / "dist"
# What each file may weigh as it is sent, in bytes.
LIMITS = {"iom-assistant.js": 7_500, "chat.js": 30_000, "more.js": 4_000, "team.js": 4_000}
CHAT = "**/chat.js*"
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


class Held:
    """A file that comes when the test lets it."""

    def __init__(self, visitor: Visitor) -> None:
        self.routes: list[Route] = []
        visitor.page.route(CHAT, lambda route: self.routes.append(route))

    def release(self, visitor: Visitor) -> None:
        until(visitor.page, lambda: bool(self.routes))
        self.routes.pop().continue_()


@pytest.mark.parametrize("name", LIMITS)
def test_no_file_of_the_element_weighs_more_than_it_may(name):
    assert len(gzip.compress((DIST / name).read_bytes(), 9, mtime=0)) <= LIMITS[name]


def test_every_script_of_the_element_has_a_limit():
    assert {path.name for path in DIST.glob("*.js")} == set(LIMITS)


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
    assert loaded(visitor).count("chat.js") == 1


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
    until(visitor.page, lambda: "chat.js" in loaded(visitor))
    expect(visitor.panel).to_be_hidden()


def test_unsent_messages_load_the_chat(visitor, front):
    kept = json.dumps({**UNSENT, "server": front.url})
    visitor.page.evaluate("kept => sessionStorage.setItem('iom-assistant-tab', kept)", kept)
    visitor.page.reload()
    until(visitor.page, lambda: "chat.js" in loaded(visitor))
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
