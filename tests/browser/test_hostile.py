"""Whatever an answer contains is shown as text."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.scripted_front import answer, echo, part

MARKUP = (
    '<img src=x onerror="window.hit=1"><script>window.hit=1</script><b>fett</b><a href="javascript:window.hit=1">x</a>'
)
SCRIPT = "javascript:window.hit=1"


def test_markup_in_an_answer_is_shown_as_text(visitor, front):
    front.script.answer = lambda text, language: answer(
        part(MARKUP, question=MARKUP), part(MARKUP), suggestions=[MARKUP]
    )
    said = visitor.open().ask(MARKUP)
    expect(said.locator("li p").nth(1)).to_have_text(MARKUP)
    expect(said.locator("img, script, b")).to_have_count(0)
    expect(visitor.said).to_have_text(MARKUP)
    assert visitor.page.evaluate("window.hit") is None


def test_only_safe_addresses_become_links(visitor, front):
    unsafe = f"{SCRIPT} data:text/html,x http://unsafe.example vbscript:x"
    text = f"{unsafe} https://safe.example/a mailto:a@b.example tel:+49112"
    sources = [
        {"title": "Quelle", "url": url, "publisher": None} for url in (SCRIPT, "data:text/html,x", "//x.example")
    ]
    front.script.answer = lambda asked, language: answer(part(text, sources=sources))
    said = visitor.open().ask("Frage")
    expect(said).to_contain_text("Quelle: Quelle")
    said.get_by_role("button", name="2 weitere").click()
    expect(said.locator(".sources li")).to_have_text(["Quelle", "Quelle", "Quelle"])
    links = [link.get_attribute("href") for link in said.get_by_role("link").all()]
    assert links == ["https://safe.example/a", "mailto:a@b.example", "tel:+49112"]


def test_a_hostile_address_of_contact_or_privacy_is_no_link(visitor_of, front):
    visitor = visitor_of(front.url)
    visitor.context.route("**/api/opening*", lambda route: route.fulfill(json=OPENING))
    visitor.go().open()
    expect(visitor.page.locator("iom-assistant .links")).to_have_text("DatenschutzImpressum")
    visitor.open_menu()
    links = visitor.page.locator("iom-assistant .assistant a")
    addresses = {str(link.get_attribute("href")) for link in links.all()}
    assert addresses == {"https://germany.iom.int", f"{front.url}/chat?language=de"}


OPENING = {
    "links": {"privacy": SCRIPT, "imprint": "data:text/html,x"},
    "contact": {"text": "x", "url": SCRIPT},
    "starters": [1, None, {"a": 1}],
    "notice": "nonsense",
}


def test_fifty_kilobytes_do_not_freeze_the_page(visitor, front):
    long = "Wort https://a.example/ - " * 1000 + "\n- Punkt" * 1000 + "x" * 20_000
    front.script.answer = lambda text, language: answer(part(long))
    visitor.open()
    visitor.page.evaluate(
        """() => { window.longest = 0; let last = performance.now();
           (function beat() { const now = performance.now(); longest = Math.max(longest, now - last); last = now;
             setTimeout(beat, 0); })(); }"""
    )
    # The best of three, since a busy machine may stall a page for a moment.
    longest = []
    for _ in range(3):
        visitor.page.evaluate("window.longest = 0")
        visitor.ask("Frage")
        longest.append(visitor.page.evaluate("window.longest"))
    assert min(longest) < 1000
    assert visitor.panel.evaluate("node => node.scrollWidth <= node.clientWidth")


def test_nonsense_from_the_front_is_passed_over(visitor, front):
    visitor.open().ask("Erste Frage")
    (chat,) = front.chats.values()
    chat.events += [
        {"sequence": 3, "type": "unknown"},
        {"sequence": 4},
        {"sequence": 5, "type": "assistant", "parts": 7},
    ]
    front.script.answer = echo
    visitor.field.fill("Zweite Frage")
    visitor.field.press("Enter")
    expect(visitor.said).to_have_count(2)
    expect(visitor.answers.last).to_contain_text("Echo Zweite Frage")


def test_the_strict_policy_is_really_in_force(visitor):
    visitor.page.evaluate("() => { try { document.body.innerHTML = '<p>x</p>'; } catch { window.stopped = true; } }")
    assert visitor.page.evaluate("window.stopped")
    visitor.page.evaluate("seen.violations.length = 0")
