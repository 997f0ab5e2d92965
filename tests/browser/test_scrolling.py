"""Where the visitor is reading: a question stays above its answer, and whoever reads elsewhere is left alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.scenes import clarify
from tests.browser.scripted_front import STARTERS, a_fact, answer, part
from tests.browser.visitor import until

PHONE = {"width": 360, "height": 740}
LAPTOP = {"width": 1366, "height": 625}
TEXT = "Ein Satz, der eine Zeile füllt und noch etwas mehr. " * 40
NEWER = "Neue Antworten: 1"


def long_answer(text, language):
    return answer(part(f"Zu {text}: {TEXT}"), suggestions=["Und dann?"])


def top(visitor, locator) -> float:
    """How far below the upper edge of the messages something begins."""
    area = visitor.page.locator("iom-assistant .scroll").bounding_box()["y"]
    return locator.bounding_box()["y"] - area


def expect_at_top(visitor, message) -> None:
    """Waits until a message is at the upper edge, and sees that it stays there."""
    until(visitor.page, lambda: 0 <= top(visitor, message) <= 40)
    visitor.page.wait_for_timeout(400)
    assert 0 <= top(visitor, message) <= 40


def scroll_to(visitor, position: int) -> None:
    """Scrolls as a visitor does."""
    visitor.in_root(f"root.querySelector('.scroll').scrollTop = {position};")
    visitor.page.wait_for_timeout(150)


def position(visitor) -> float:
    return visitor.in_root("return root.querySelector('.scroll').scrollTop;")


@pytest.fixture
def reader(visitor_of, front):
    """A visitor on a phone who gets long answers."""
    front.script.answer = long_answer
    return visitor_of(front.url, viewport=PHONE).go().open()


@pytest.mark.parametrize("viewport", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_the_question_stays_above_its_answer(visitor_of, front, viewport):
    front.script.answer = long_answer
    visitor = visitor_of(front.url, viewport=viewport).go().open()
    for text in ("Eins", "Zwei"):
        visitor.ask(text)
        expect_at_top(visitor, visitor.said.last)
        expect(visitor.answers.last.get_by_text(f"Zu {text}")).to_be_in_viewport()


def test_a_reader_who_has_scrolled_up_is_left_alone_and_told(reader, front):
    reader.ask("Eins")
    reader.ask("Zwei")
    front.script.answers_held = True
    reader.ask("Drei", wait=False)
    scroll_to(reader, 300)
    before = position(reader)
    front.script.answers_held = False
    expect(reader.answers).to_have_count(3)
    reader.page.wait_for_timeout(400)
    assert abs(position(reader) - before) <= 1
    newer = reader.button(NEWER)
    expect(newer).to_be_in_viewport(ratio=1)
    newer.focus()
    reader.page.keyboard.press("Enter")
    expect(newer).to_be_hidden()
    expect_at_top(reader, reader.said.last)
    # The focus is not lost with the button.
    assert "Zu Drei" in str(reader.focused())


def test_the_button_goes_once_the_answer_is_seen(reader, front):
    reader.ask("Eins")
    front.script.answers_held = True
    reader.ask("Zwei", wait=False)
    scroll_to(reader, 100)
    front.script.answers_held = False
    expect(reader.button(NEWER)).to_be_visible()
    scroll_to(reader, 100_000)
    expect(reader.button(NEWER)).to_be_hidden()


def test_each_answer_is_put_below_its_question(reader, front):
    front.script.answers_held = True
    for text in ("Eins", "Zwei", "Drei"):
        reader.ask(text, wait=False)
    until(reader.page, lambda: len(front.posts) == 3)
    front.script.answers_held = False
    expect(reader.answers).to_have_count(3)
    order = "return [...root.querySelectorAll('.message')].map((node) => node.textContent.match(/Eins|Zwei|Drei/)[0]);"
    assert reader.in_root(order) == ["Eins", "Eins", "Zwei", "Zwei", "Drei", "Drei"]
    reader.page.reload()
    reader.launcher.click()
    expect(reader.answers).to_have_count(3)
    assert reader.in_root(order) == ["Eins", "Eins", "Zwei", "Zwei", "Drei", "Drei"]


def test_a_reload_leads_to_the_last_question(visitor_of, front):
    front.script.answer = long_answer
    visitor = visitor_of(front.url, viewport=LAPTOP).go().open()
    visitor.ask("Eins")
    visitor.ask("Zwei")
    visitor.page.reload()
    expect(visitor.answers).to_have_count(2)
    expect_at_top(visitor, visitor.said.last)


def test_opening_with_a_badge_leads_to_the_first_unread_answer(reader, front):
    reader.ask("Eins")
    front.script.answers_held = True
    reader.ask("Zwei", wait=False)
    reader.ask("Drei", wait=False)
    until(reader.page, lambda: len(front.posts) == 3)
    reader.page.keyboard.press("Escape")
    front.script.answers_held = False
    expect(reader.launcher).to_have_accessible_name("Fragen? Chat öffnen (Neue Antworten: 2)")
    reader.launcher.click()
    expect_at_top(reader, reader.said.nth(1))
    expect(reader.button("Neue Antworten: 2")).to_be_hidden()


@pytest.mark.parametrize("turned", [{"width": 740, "height": 360}, {"width": 740, "height": 600}])
def test_turning_the_phone_keeps_the_place(reader, front, turned):
    reader.ask("Eins")
    reader.ask("Zwei")
    scroll_to(reader, 500)
    at_top = """const top = root.querySelector('.header').getBoundingClientRect().bottom;
      const place = Math.max(top, 0);
      return [...root.querySelectorAll('.message')].find((node) => node.getBoundingClientRect().bottom > place + 20)
        .textContent.slice(0, 30);"""
    before = reader.in_root(at_top)
    for size in (turned, PHONE):
        reader.page.set_viewport_size(size)
        reader.page.wait_for_timeout(300)
        until(reader.page, lambda: reader.in_root(at_top) == before)
    until(reader.page, lambda: abs(position(reader) - 500) <= 60)


def test_turning_the_phone_keeps_a_new_answer_in_view(reader, front):
    reader.ask("Eins")
    reader.ask("Zwei")
    reader.page.set_viewport_size({"width": 740, "height": 600})
    expect_at_top(reader, reader.said.last)


def test_where_the_browser_scrolls_since_the_text_became_shorter_the_visitor_has_not_moved(reader, front):
    reader.ask("Eins")
    reader.ask("Zwei")
    for display in ("none", ""):
        reader.in_root(
            f"""root.querySelectorAll('article').forEach((one) => (one.style.display = '{display}'));
            return root.querySelector('.scroll').scrollTop;"""
        )
        reader.page.wait_for_timeout(200)
    expect_at_top(reader, reader.said.last)


def test_the_form_of_a_thumb_down_is_fully_visible(visitor_of, front):
    front.script.answer = long_answer
    visitor = visitor_of(front.url, viewport=LAPTOP).go().open()
    visitor.ask("Eins")
    visitor.more()
    visitor.button("Nein").click()
    for name in ("Absenden", "Nichts schreiben"):
        expect(visitor.button(name)).to_be_in_viewport(ratio=1)
    expect(visitor.page.get_by_label("Was hat gefehlt?")).to_be_focused()


def test_a_suggestion_pressed_twice_asks_once(visitor, front):
    front.script.answer = lambda text, language: clarify(language)
    front.script.receipt_delay = 0.5
    visitor.open().ask("Hilfe")
    visitor.answers.last.get_by_role("button", name=STARTERS["de"][0]).evaluate("one => { one.click(); one.click(); }")
    expect(visitor.answers).to_have_count(2)
    visitor.page.wait_for_timeout(700)
    assert [post["text"] for post in front.posts] == ["Hilfe", STARTERS["de"][0]]


def test_a_suggestion_held_by_its_key_asks_once(visitor, front):
    front.script.answer = lambda text, language: clarify(language)
    visitor.open().ask("Hilfe")
    visitor.answers.last.get_by_role("button", name=STARTERS["de"][0]).focus()
    for _ in range(30):
        visitor.page.keyboard.down("Enter")
        visitor.page.wait_for_timeout(50)
    visitor.page.keyboard.up("Enter")
    expect(visitor.answers).to_have_count(2)
    assert [post["text"] for post in front.posts] == ["Hilfe", STARTERS["de"][0]]


def test_what_moves_under_the_pointer_is_not_asked_by_the_second_press(visitor_of, front):
    """A panel so high that nothing scrolls away, and the list moves by the height of the new messages."""
    front.script.answer = lambda text, language: clarify(language)
    visitor = visitor_of(front.url, viewport={"width": 900, "height": 1400}).go().open()
    visitor.ask("Hilfe")
    offered = visitor.answers.last.locator(".suggestion")
    # In the page, whose clock decides, so that a busy machine does not come between the two.
    offered.nth(0).evaluate(
        """(one) => {
          const second = one.parentElement.querySelectorAll('.suggestion')[1];
          one.click();
          setTimeout(() => second.click(), 120);
        }"""
    )
    visitor.page.wait_for_timeout(1_000)
    assert [post["text"] for post in front.posts] == ["Hilfe", STARTERS["de"][0]]


def test_the_same_text_typed_again_after_its_answer_is_asked_again(visitor, front):
    front.script.answer = lambda text, language: a_fact()
    visitor.open().ask("Wie vielen?")
    visitor.ask("Wie vielen?")
    assert len(front.posts) == 2


def test_a_starter_pressed_by_key_leaves_the_focus_in_the_field(visitor, front):
    visitor.open().button(STARTERS["de"][0]).focus()
    visitor.page.keyboard.press("Enter")
    expect(visitor.answers).to_have_count(1)
    assert visitor.focused() == "field"


def test_on_touch_the_keyboard_goes_after_sending_and_the_focus_stays_in_the_chat(visitor_of, front):
    visitor = visitor_of(front.url, viewport=PHONE, has_touch=True, is_mobile=True).go().open()
    visitor.ask("Wie vielen?")
    expect(visitor.field).not_to_be_focused()
    expect(visitor.field).to_have_value("")
    assert "Wie vielen?" in str(visitor.focused())
    expect(visitor.panel).to_be_visible()
