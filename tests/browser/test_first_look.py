"""Before the first question: what is shown, what is requested, what is stored."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.scripted_front import POLICY, ScriptedFront


def test_nothing_is_requested_or_stored_before_the_chat_is_opened(visitor, front):
    visitor.page.wait_for_timeout(500)
    assert front.api_requests == []
    assert visitor.stored == []
    assert visitor.context.cookies() == []


def test_opening_begins_no_session_yet(visitor, front):
    visitor.open()
    expect(visitor.button("Was ist die IOM?")).to_be_visible()
    assert front.api_requests == [("GET", "/api/opening")]


def test_no_third_party_is_ever_asked(visitor, front):
    visitor.open().ask("Wie vielen?")
    visitor.menu("Chat als Text speichern")
    own = (front.url, f"blob:{front.url}")
    assert [url for url in visitor.requests if not url.startswith(own)] == []


@pytest.mark.parametrize(
    ("path", "language", "words"),
    [
        (
            "/",
            "de",
            ["eine Maschine, kein Mensch", "30 Tage gespeichert", "keine persönlichen Daten", "nur ein Schlüssel"],
        ),
        ("/en", "en", ["A machine answers", "kept for 30 days", "any personal data", "Only a key"]),
    ],
)
def test_the_notice_says_what_this_is_and_what_is_kept(visitor_of, front, path, language, words):
    visitor = visitor_of(front.url).go(path).open(language)
    visitor.page.locator("iom-assistant .notice-button").click()
    for word in words:
        expect(visitor.page.locator("iom-assistant #notice-more").get_by_text(word)).to_be_visible()


def test_the_notice_links_to_privacy_and_imprint(visitor):
    visitor.open()
    for name in ("Datenschutz", "Impressum"):
        link = visitor.page.get_by_role("link", name=name)
        expect(link).to_have_attribute("href", "https://germany.iom.int/" + {"D": "privacy", "I": "imprint"}[name[0]])


def test_a_person_can_be_reached_from_the_start(visitor):
    ask = visitor.open().button("Kontakt zu einem Menschen")
    expect(ask).to_be_in_viewport()
    expect(visitor.page.get_by_role("link", name="Kontakt zu einem Menschen")).to_be_hidden()


def test_a_starter_question_is_asked_as_a_full_sentence(visitor, front):
    visitor.open().button("Was ist die IOM?").click()
    expect(visitor.answers).to_have_count(1)
    assert front.posts[0]["text"] == "Was ist die IOM?"


def test_an_announcement_stands_above_all(visitor_of, front):
    front.script.announcement = "Heute gibt es eine Störung."
    visitor = visitor_of(front.url).go().open()
    expect(visitor.page.get_by_text("Heute gibt es eine Störung.")).to_be_visible()


def test_when_the_assistant_rests_the_contact_stays(visitor_of, front):
    front.script.available = False
    visitor = visitor_of(front.url).go().open()
    expect(visitor.alert).to_contain_text("macht gerade Pause")
    expect(visitor.field).to_be_hidden()
    link = visitor.page.get_by_role("link", name="Kontakt zu einem Menschen")
    expect(link).to_have_attribute("href", "https://germany.iom.int")
    expect(visitor.button("Kontakt zu einem Menschen")).to_be_hidden()


def test_a_closed_chat_says_why_and_opens_again_without_a_new_page(visitor_of, front):
    front.script.available, front.script.announcement = False, "Der Chat ist heute nicht verfügbar."
    visitor = visitor_of(front.url).go().open()
    expect(visitor.page.get_by_text("Der Chat ist heute nicht verfügbar.")).to_be_visible()
    expect(visitor.field).to_be_hidden()
    front.script.available, front.script.announcement = True, None
    visitor.page.keyboard.press("Escape")
    visitor.open()
    expect(visitor.field).to_be_visible()
    expect(visitor.alert).to_be_hidden()
    expect(visitor.page.get_by_text("Der Chat ist heute nicht verfügbar.")).to_be_hidden()


def test_without_the_front_the_contact_stays_and_the_panel_comes_to_life_later(visitor, front):
    visitor.page.route("**/api/opening*", lambda route: route.abort())
    visitor.open()
    expect(visitor.alert).to_contain_text("nicht erreichbar")
    expect(visitor.page.get_by_role("link", name="Kontakt zu einem Menschen")).to_be_visible()
    visitor.page.unroute("**/api/opening*")
    expect(visitor.button("Was ist die IOM?")).to_be_visible(timeout=10_000)
    expect(visitor.alert).to_be_hidden()


def test_the_page_language_decides_until_the_visitor_does(visitor):
    visitor.page.evaluate("document.documentElement.lang = 'en'")
    expect(visitor.launcher).to_contain_text("Questions? Open chat")
    visitor.page.evaluate("document.querySelector('iom-assistant').setAttribute('language', 'de')")
    expect(visitor.launcher).to_contain_text("Fragen? Chat öffnen")


def test_a_page_may_open_and_close_the_panel(visitor):
    events = visitor.page.evaluate(
        """() => { const element = document.querySelector('iom-assistant'), heard = [];
           for (const name of ['open', 'close'])
             document.addEventListener(`iom-assistant-${name}`, () => heard.push(name));
           element.open = true; element.open = false; return heard; }"""
    )
    assert events == ["open", "close"]
    expect(visitor.panel).to_be_hidden()


def test_a_page_may_set_colours_and_place(visitor_of, front):
    front.pages["own"] = PAGE.format(attributes='position="start"')
    visitor = visitor_of(front.url).go("/pages/own")
    visitor.page.evaluate(
        "document.querySelector('iom-assistant').style.setProperty('--iom-assistant-accent', '#550000')"
    )
    box = visitor.launcher.bounding_box()
    assert box["x"] < 100
    assert visitor.launcher.evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(85, 0, 0)"


def test_the_element_works_from_another_origin(visitor_of, front):
    host = ScriptedFront()
    host.start()
    try:
        front.pages["own"] = PAGE.format(attributes=f'server="{host.url}/"')
        host.script.answer = lambda text, language: front.script.answer(text, language)
        front.script.policy = f"{POLICY}; connect-src {host.url}"
        visitor_of(front.url).go("/pages/own").open().ask("Wie vielen?")
        assert front.api_requests == []
    finally:
        host.stop()


PAGE = """<!doctype html><html lang="de"><head><title>Seite</title>
<script type="module" src="/widget/iom-assistant.js"></script></head>
<body><main><h1>Seite</h1></main><iom-assistant {attributes}></iom-assistant></body></html>"""
