"""What belongs below an answer comes in a file after it, which may be late or not come; nothing is lost by that."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.scripted_front import CONTACT, answer, echo, part
from tests.browser.visitor import Visitor, until

MORE = "**/more.js*"
TOPS = """const { top } = root.querySelector(".scroll").getBoundingClientRect();
return [...root.querySelectorAll(".message")].map((one) => Math.round(one.getBoundingClientRect().top - top));"""


class Later:
    """Holds the file back until it may come."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor, self.held = visitor, []
        visitor.page.route(MORE, lambda route: self.held.append(route))

    def come(self) -> None:
        until(self.visitor.page, lambda: bool(self.held))
        for route in self.held:
            route.continue_()
        self.visitor.have_more()


def with_contact(text: str, language: str):
    return answer(part(f"Antwort: {text}", "referral", contacts=[CONTACT]), suggestions=["A?", "B?"])


@pytest.fixture(autouse=True)
def naming_somebody(front):
    front.script.answer = with_contact


def test_the_heading_of_questions_that_are_asked_back_stays(visitor, front):
    unknown = part("Das weiß ich nicht.", "fallback")
    front.script.answer = lambda text, language: answer(unknown, heading="Meinten Sie:", suggestions=["A?", "B?"])
    said = visitor.open().ask("?")
    visitor.have_more()
    expect(said.locator(".after")).to_be_visible()
    assert said.get_by_text("Meinten Sie:").bounding_box()["height"] > 10


def test_whoever_waits_long_gets_contacts_and_sources_plainly_and_later_once(visitor):
    later = Later(visitor)
    said = visitor.open().ask("?")
    phone = said.get_by_role("link", name=CONTACT["phone"])
    expect(phone).to_be_visible()
    expect(said).to_contain_text(CONTACT["hours"])
    later.come()
    expect(said.locator(".card")).to_have_count(1)
    expect(phone).to_have_count(1)
    expect(said.locator(".tools-row")).to_have_count(1)


def test_numbers_said_plainly_keep_their_order_from_right_to_left(visitor_of, front):
    contact = {**CONTACT, "name": "برنامج مساعدة الأسرة"}
    front.script.answer = lambda text, language: answer(part("الجواب هنا.", contacts=[contact]), language="ar")
    visitor = visitor_of(front.url, locale="ar").go("/ar")
    visitor.page.route(MORE, lambda route: route.abort())
    visitor.launcher.click()
    said = visitor.ask("?")
    number = said.get_by_role("link", name=CONTACT["phone"])
    expect(number).to_be_visible()
    assert f"\u2068{CONTACT['phone']}\u2069" in said.inner_text()


def test_the_focus_is_not_lost_when_a_plain_answer_is_completed(visitor):
    visitor.page.route(MORE, lambda route: route.abort())
    said = visitor.open().ask("?")
    offer = said.locator(".tools-row button")
    expect(offer).to_be_visible()
    visitor.page.unroute(MORE)
    offer.focus()
    visitor.page.keyboard.press("Enter")
    expect(said.locator(".more")).to_be_visible()
    expect(said.get_by_role("button", name="Mehr", exact=True)).to_be_focused()
    visitor.page.keyboard.press("Escape")
    expect(visitor.panel).to_be_hidden()


def test_a_plain_link_that_had_the_focus_leaves_it_to_the_answer(visitor):
    visitor.page.route(MORE, lambda route: route.abort())
    said = visitor.open().ask("?")
    link = said.get_by_role("link", name=CONTACT["phone"])
    expect(link).to_be_visible()
    visitor.page.unroute(MORE)
    link.focus()
    visitor.page.evaluate("dispatchEvent(new Event('online'))")
    expect(said.locator(".card")).to_be_visible()
    expect(said).to_be_focused()


def test_what_failed_comes_when_the_connection_is_back(visitor):
    visitor.page.route(MORE, lambda route: route.abort())
    said = visitor.open().ask("?")
    expect(said.locator(".tools-row")).to_be_visible()
    visitor.page.unroute(MORE)
    visitor.page.evaluate("dispatchEvent(new Event('online'))")
    expect(said.locator(".card")).to_be_visible()


def test_whoever_has_scrolled_keeps_the_line_when_it_comes(visitor, front):
    front.script.answer = lambda text, language: with_contact("Lang. " * 80 + text, language)
    visitor.open()
    for number in range(5):
        visitor.ask(f"Frage {number}")
    later = Later(visitor)
    visitor.page.reload()
    expect(visitor.answers).to_have_count(5)
    until(visitor.page, lambda: bool(later.held))
    visitor.page.locator("iom-assistant .scroll").hover()
    visitor.page.mouse.wheel(0, -300)
    visitor.page.wait_for_timeout(400)
    before = visitor.in_root(TOPS)
    later.come()
    expect(visitor.answers.last.locator(".card")).to_be_attached()
    visitor.page.wait_for_timeout(400)
    read = max(index for index, top in enumerate(before) if top <= 0)
    assert abs(visitor.in_root(TOPS)[read] - before[read]) <= 2


def test_pressed_thrice_while_it_is_awaited_a_person_is_named_once(visitor):
    later = Later(visitor)
    visitor.open().ask("?")
    for _ in range(3):
        visitor.page.locator("iom-assistant button[part~=contact]").click()
    later.come()
    expect(visitor.answers).to_have_count(2)
    visitor.page.wait_for_timeout(300)
    expect(visitor.answers).to_have_count(2)


def test_whoever_waits_long_for_a_person_is_answered_by_the_chat(visitor):
    visitor.page.route(MORE, lambda route: None)
    visitor.open().ask("?")
    visitor.page.locator("iom-assistant button[part~=contact]").click()
    expect(visitor.said).to_have_count(2)


def test_after_misses_nobody_is_named_below_a_later_answer(visitor, front):
    unknown = answer(part("Das weiß ich nicht.", "fallback"))
    front.script.answer = lambda text, language: unknown if text != "drei" else answer(part("Gut."))
    later = Later(visitor)
    visitor.open()
    for text in ("eins", "zwei", "drei"):
        visitor.ask(text)
    later.come()
    expect(visitor.answers.last.locator(".after")).to_be_attached()
    expect(visitor.answers.last).to_contain_text("Gut.")


def test_leaving_before_it_is_here_erases_the_chat_of_a_duplicated_tab_too(visitor, front):
    front.script.answer = echo
    visitor.page.route(MORE, lambda route: None)
    visitor.context.route("https://**", lambda route: route.fulfill(body="news"))
    visitor.open().ask("geheim")
    kept = visitor.page.evaluate("JSON.stringify({ ...sessionStorage })")
    other = visitor.another_tab()
    other.page.evaluate("(kept) => Object.assign(sessionStorage, JSON.parse(kept))", kept)
    other.page.reload()
    expect(other.answers).to_have_count(1)
    for _ in range(3):
        visitor.page.keyboard.press("Escape")
    expect(visitor.page.get_by_text("news")).to_be_visible()
    expect(other.said).to_have_count(0)


def test_a_chat_deleted_elsewhere_before_the_first_answer_goes_here_too(visitor, front):
    front.script.answer, front.script.answers_held = echo, True
    visitor.open().ask("Geheim", wait=False)
    expect(visitor.page.locator("iom-assistant .pending")).to_have_count(0)
    kept = visitor.page.evaluate("JSON.stringify({ ...sessionStorage })")
    other = visitor.another_tab()
    other.page.evaluate("(kept) => Object.assign(sessionStorage, JSON.parse(kept))", kept)
    other.page.reload()
    expect(other.said).to_have_count(1)
    other.menu("Chat löschen")
    other.button("Ja, löschen").click()
    expect(visitor.said).to_have_count(0)
