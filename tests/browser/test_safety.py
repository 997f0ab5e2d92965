"""What protects the visitor: the way out, what the page may hear, the language, and what is printed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.scenes import several
from tests.browser.scripted_front import POLICY, SOURCE, ScriptedFront, a_fact, answer, part
from tests.browser.visitor import Visitor, until
from tests.support.paper import pages_of, squeezed

NEWS, WEATHER = "https://www.tagesschau.de/", "https://www.bbc.co.uk/weather"
PHONE = {"width": 360, "height": 740}
LYING = {"width": 740, "height": 360}
EXIT = "iom-assistant .exit"
# What lies on top at the middle of the exit.
ON_TOP = """() => {
  const root = document.querySelector("iom-assistant").shadowRoot, exit = root.querySelector(".exit");
  const { left, top, width, height } = exit.getBoundingClientRect();
  return exit.contains(root.elementFromPoint(left + width / 2, top + height / 2));
}"""
PAGE = """<!doctype html><html lang="{lang}"><title>Page</title><h1>Host page</h1><input id="search">
<script type="module" src="/widget/iom-assistant.js"></script>{scripts}<iom-assistant></iom-assistant>"""
MOVE = "document.querySelector('main').append(document.querySelector('iom-assistant'))"
FRAME = """<!doctype html><html lang="de"><title>Outer</title><h1>Outer page</h1>
<iframe src="{url}/" width="900" height="650" {attributes}></iframe>"""
SHORTCUTS = """
window.search = "", window.heard = [];
document.addEventListener("keydown", (event) => {
  if (event.target.matches?.("input, textarea") || event.ctrlKey) return;
  if (event.key === "s" || event.key === "/") document.querySelector("#search").focus();
});
for (const name of ["keydown", "keypress", "keyup", "beforeinput", "input", "textInput", "compositionstart",
                    "compositionupdate", "compositionend", "copy", "cut", "paste", "dragover", "drop"])
  for (const target of [document, window, document.querySelector("iom-assistant")])
    target.addEventListener(name, (event) => heard.push(event.type));
"""


def news(visitor: Visitor) -> None:
    """Answers for the pages that the exit leads to."""
    for address in (NEWS, WEATHER):
        visitor.context.route(address, lambda route: route.fulfill(body="<title>Nachrichten</title>"))


def press(page: Page, key: str = "Escape", times: int = 3) -> None:
    for _ in range(times):
        page.keyboard.press(key)


# The way out


@pytest.mark.parametrize("size", [PHONE, LYING, {"width": 320, "height": 560}, {"width": 1280, "height": 800}])
@pytest.mark.parametrize("opened", ["nothing", "menu", "question"])
def test_the_exit_is_never_covered(visitor_of, front, size, opened):
    front.script.answer = lambda text, language: several("de")
    visitor = visitor_of(front.url, viewport=size).go().open()
    visitor.ask("Was tun Sie?")
    if opened != "nothing":
        visitor.open_menu()
    if opened == "question":
        visitor.button("Chat löschen").click()
        expect(visitor.page.get_by_role("alertdialog")).to_be_visible()
    assert visitor.page.evaluate(ON_TOP)
    news(visitor)
    visitor.page.locator(EXIT).click()
    visitor.page.wait_for_url(NEWS)


def test_while_something_is_asked_only_the_exit_and_the_answer_can_be_reached(visitor):
    visitor.open().ask("Wie vielen?")
    visitor.menu("Chat löschen")
    reached = []
    for key in ("Tab", "Tab", "Shift+Tab", "Shift+Tab", "Shift+Tab", "Shift+Tab"):
        visitor.page.keyboard.press(key)
        reached.append(visitor.focused())
    assert reached[:3] == ["Ja, löschen", "Abbrechen", "Ja, löschen"]
    assert "Schnell verlassen" in reached
    assert not {"Menü", "field", "Senden"} & set(reached)


@pytest.mark.parametrize("place", ["h1", "iom-assistant .notice", "iom-assistant .title"])
def test_a_press_beside_the_menu_closes_it(visitor, place):
    visitor.open()
    visitor.open_menu()
    visitor.page.locator(place).first.click(position={"x": 3, "y": 3}, force=True)
    expect(visitor.page.locator("iom-assistant .menu")).to_be_hidden()


@pytest.mark.parametrize("focus", ["field", "menu", "page"])
def test_escape_pressed_three_times_leaves_the_page(visitor, front, focus):
    news(visitor)
    visitor.open().ask("Wie vielen?")
    if focus == "menu":
        visitor.open_menu()
    if focus == "page":
        visitor.page.evaluate("document.activeElement.blur()")
    press(visitor.page)
    visitor.page.wait_for_url(NEWS)
    until(visitor.page, lambda: front.chats == {})
    visitor.page.goto(front.url)
    assert visitor.stored == []


def test_leaving_needs_nothing_that_is_loaded_after_the_first_answer(visitor, front):
    news(visitor)
    visitor.page.route("**/more.js*", lambda route: None)
    visitor.open().ask("Wie vielen?")
    press(visitor.page)
    visitor.page.wait_for_url(NEWS)
    until(visitor.page, lambda: front.chats == {})


def test_escape_pressed_slowly_or_held_down_closes_step_by_step(visitor):
    visitor.open()
    visitor.open_menu()
    visitor.page.keyboard.press("Escape")
    expect(visitor.page.locator("iom-assistant .menu")).to_be_hidden()
    expect(visitor.panel).to_be_visible()
    visitor.page.wait_for_timeout(1_700)
    visitor.page.keyboard.press("Escape")
    expect(visitor.panel).to_be_hidden()
    visitor.page.wait_for_timeout(1_700)
    for _ in range(4):
        visitor.page.keyboard.down("Escape")
    visitor.page.keyboard.up("Escape")
    visitor.page.wait_for_timeout(500)
    assert visitor.page.url == visitor.url + "/"


def test_escape_belongs_to_the_page_while_the_chat_is_closed(visitor):
    visitor.open()
    visitor.button("Chat schließen").first.click()
    visitor.page.locator("h1").click()
    press(visitor.page)
    visitor.page.wait_for_timeout(500)
    assert visitor.page.url == visitor.url + "/"


def test_the_exit_hides_everything_before_the_other_page_has_come(visitor):
    news(visitor)
    visitor.open().ask("Wie vielen?")
    assert visitor.in_root("root.querySelector('.exit').click(); return document.documentElement?.outerHTML") is None
    visitor.page.wait_for_url(NEWS)


def test_a_page_that_asks_whether_to_stay_does_not_hold_anybody(visitor_of, front):
    front.script.policy = f"{POLICY}; script-src 'self' 'unsafe-inline'"
    front.pages["own"] = PAGE.format(
        lang="de", scripts="<script>onbeforeunload = (e) => { e.preventDefault(); return 'Stay?'; }</script>"
    )
    visitor = visitor_of(front.url).go("/pages/own").open()
    news(visitor)
    asked: list[str] = []
    visitor.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    visitor.ask("Wie vielen?")
    visitor.page.locator(EXIT).click()
    visitor.page.wait_for_url(NEWS)
    assert asked == []


def test_the_way_back_shows_nothing_of_the_chat_on_earlier_pages_either(visitor, front):
    news(visitor)
    visitor.open().ask("Etwas Geheimes")
    visitor.page.goto(front.url + "/en")
    expect(visitor.said).to_have_text(["Etwas Geheimes"])
    visitor.page.locator(EXIT).click()
    visitor.page.wait_for_url(WEATHER)
    visitor.page.go_back()
    until(visitor.page, lambda: visitor.page.url == front.url + "/")
    expect(visitor.panel).to_be_hidden()
    expect(visitor.said).to_have_count(0)


def test_a_page_back_from_the_memory_of_the_browser_forgets_what_was_erased_meanwhile(visitor, front):
    visitor.open().ask("Etwas Geheimes")
    visitor.field.fill("Noch etwas")
    visitor.page.evaluate(
        """() => { dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
           sessionStorage.clear();
           dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })); }"""
    )
    expect(visitor.panel).to_be_hidden()
    expect(visitor.said).to_have_count(0)
    expect(visitor.field).to_have_value("")


@pytest.fixture
def outer(front):
    """Another origin, whose page has the chat in a frame."""
    host = ScriptedFront()
    host.start()
    host.script.policy = f"default-src 'self'; frame-src {front.url}"
    yield host
    host.stop()


@pytest.mark.parametrize(
    "attributes",
    ["", 'sandbox="allow-scripts allow-same-origin allow-forms allow-popups allow-top-navigation-by-user-activation"'],
)
@pytest.mark.parametrize("by", ["button", "keys"])
def test_the_exit_leads_out_of_a_frame(visitor_of, front, outer, attributes, by):
    outer.pages["outer"] = FRAME.format(url=front.url, attributes=attributes)
    visitor = visitor_of(outer.url)
    news(visitor)
    visitor.page.goto(outer.url + "/pages/outer")
    frame = visitor.page.frame_locator("iframe")
    frame.get_by_role("button", name="Fragen? Chat öffnen").click()
    frame.locator("iom-assistant #field").press_sequentially("Hallo")
    if by == "button":
        frame.locator(EXIT).click()
    else:
        press(visitor.page)
    visitor.page.wait_for_url(NEWS)


def test_a_frame_that_may_not_lead_out_is_emptied(visitor_of, front, outer):
    outer.pages["outer"] = FRAME.format(
        url=front.url, attributes='sandbox="allow-scripts allow-same-origin allow-forms"'
    )
    visitor = visitor_of(outer.url)
    visitor.page.goto(outer.url + "/pages/outer")
    frame = visitor.page.frame_locator("iframe")
    frame.get_by_role("button", name="Fragen? Chat öffnen").click()
    frame.locator(EXIT).click()
    until(visitor.page, lambda: visitor.page.frames[1].url == "about:blank")
    assert visitor.page.url == outer.url + "/pages/outer"


# What the page hears


@pytest.fixture
def shortcuts(visitor_of, front) -> Visitor:
    """A visitor on a page with shortcuts of one letter, with the panel open."""
    front.pages["own"] = PAGE.format(lang="de", scripts="")
    visitor = visitor_of(front.url).go("/pages/own").open()
    visitor.page.evaluate(SHORTCUTS)
    return visitor


def test_the_page_hears_nothing_of_what_is_typed(shortcuts):
    text = "Was ist das Ziel? a/b"
    shortcuts.field.press_sequentially(text)
    expect(shortcuts.field).to_have_value(text)
    expect(shortcuts.page.locator("#search")).to_have_value("")
    for keys in ("Control+a", "Control+c", "Control+x", "Control+v", "Tab", "Escape"):
        shortcuts.page.keyboard.press(keys)
    assert shortcuts.page.evaluate("heard") == []
    expect(shortcuts.panel).to_be_hidden()


def test_the_page_hears_nothing_of_what_is_composed(shortcuts):
    shortcuts.field.focus()
    compose = shortcuts.context.new_cdp_session(shortcuts.page)
    compose.send("Input.imeSetComposition", {"text": "にほ", "selectionStart": 2, "selectionEnd": 2})
    compose.send("Input.insertText", {"text": "日本"})
    expect(shortcuts.field).to_have_value("日本")
    assert shortcuts.page.evaluate("heard") == []


def test_shortcuts_of_the_page_still_work_outside_the_chat(shortcuts):
    shortcuts.page.locator("h1").click()
    shortcuts.page.keyboard.press("s")
    expect(shortcuts.page.locator("#search")).to_be_focused()


def test_a_pasted_or_dropped_file_is_answered_with_a_word(shortcuts, front):
    for name in ("paste", "drop"):
        kept = shortcuts.in_root(
            f"""const data = new DataTransfer();
            data.items.add(new File(["x"], "paper.png", {{ type: "image/png" }}));
            const carried = {{ clipboardData: data, dataTransfer: data }};
            const Event = {{ paste: ClipboardEvent, drop: DragEvent }}["{name}"];
            root.querySelector("[role=alert]").textContent = "";
            const event = new Event("{name}", {{ ...carried, bubbles: true, composed: true, cancelable: true }});
            root.querySelector("#field").dispatchEvent(event);
            return event.defaultPrevented;"""
        )
        expect(shortcuts.alert).to_contain_text("Bilder und Dateien kann ich nicht lesen.")
        assert kept is (name == "drop")
    assert front.posts == []


# Composing words

ENTER = {"key": "Enter", "code": "Enter", "bubbles": True, "composed": True, "cancelable": True}
START = ("compositionstart", {})
END = ("compositionend", {"data": "日本"})
# The orders in which browsers report the Enter that ends a composition.
ORDERS = {
    "Chromium": [START, ("keydown", {**ENTER, "keyCode": 229, "isComposing": True}), END],
    "Firefox": [START, ("keydown", {**ENTER, "keyCode": 229, "isComposing": True}), END],
    "Safari": [START, END, ("keydown", {**ENTER, "keyCode": 229, "isComposing": False})],
    "one that says nothing": [START, ("keydown", {**ENTER, "keyCode": 13, "isComposing": False}), END],
}


@pytest.mark.parametrize("browser", ORDERS)
def test_the_enter_that_ends_a_composition_sends_nothing(visitor, front, browser):
    visitor.open().field.fill("日本")
    visitor.page.evaluate(
        """(events) => { const field = document.querySelector("iom-assistant").shadowRoot.querySelector("#field");
           for (const [name, how] of events)
             field.dispatchEvent(new (name === "keydown" ? KeyboardEvent : CompositionEvent)(name, how)); }""",
        [list(event) for event in ORDERS[browser]],
    )
    visitor.page.wait_for_timeout(300)
    expect(visitor.field).to_have_value("日本")
    assert front.posts == []
    visitor.field.press("Enter")
    expect(visitor.answers).to_have_count(1)


def test_escape_that_ends_a_composition_neither_closes_nor_leaves(visitor):
    visitor.open()
    visitor.in_root(
        """for (let times = 0; times < 3; times += 1)
             root.querySelector("#field").dispatchEvent(new KeyboardEvent("keydown",
               { key: "Escape", keyCode: 229, bubbles: true, composed: true }));"""
    )
    expect(visitor.panel).to_be_visible()
    assert visitor.page.url == visitor.url + "/"


# Languages

MARKS = {
    "Google": "document.documentElement.className = 'translated-rtl'",
    "fonts": """document.querySelectorAll("h1, p, a").forEach((node) => {
      const font = document.createElement("font"); font.append(...node.childNodes); node.append(font); })""",
    "Microsoft": "document.querySelector('h1').setAttribute('_msttexthash', '123')",
}


@pytest.mark.parametrize("translator", MARKS)
@pytest.mark.parametrize("first", ["marks", "lang"])
@pytest.mark.parametrize("language", ["ar", "uk"])
def test_a_page_translated_by_the_browser_keeps_its_language(visitor_of, front, translator, first, language):
    visitor = visitor_of(front.url).go("/en")
    lang, marks = f"document.documentElement.lang = '{language}'", MARKS[translator]
    visitor.page.evaluate(marks if first == "marks" else lang)
    visitor.page.evaluate(lang if first == "marks" else marks)
    visitor.page.wait_for_timeout(900)
    expect(visitor.launcher).to_contain_text("Questions? Open chat")
    visitor.open("en").ask("How many?")
    assert front.posts[0]["language"] == "en"


def test_a_page_that_changes_its_language_itself_is_followed(visitor_of, front):
    visitor = visitor_of(front.url).go("/en")
    visitor.page.evaluate("document.documentElement.lang = 'fr'")
    expect(visitor.page.locator("iom-assistant .assistant")).to_have_attribute("lang", "fr")


@pytest.mark.parametrize(
    ("page", "browser", "shown"),
    [("pl", "pl-PL", "en"), ("pl", "uk-UA", "uk"), ("", "ar-EG", "ar"), ("", "xx", "en"), ("fr-CA", "de-DE", "fr")],
)
def test_the_languages_of_the_browser_count_where_the_page_has_none_we_speak(visitor_of, front, page, browser, shown):
    front.pages["own"] = PAGE.format(lang=page, scripts="")
    visitor = visitor_of(front.url, locale=browser).go("/pages/own")
    expect(visitor.page.locator("iom-assistant .assistant")).to_have_attribute("lang", shown)


def test_labels_that_a_translator_has_rewritten_follow_a_new_language(visitor):
    visitor.open()
    visitor.in_root(
        """const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT), texts = [];
           while (walker.nextNode())
             if (!walker.currentNode.parentElement.closest("select")) texts.push(walker.currentNode);
           for (const text of texts) {
             const font = document.createElement("font");
             font.append("×"); text.replaceWith(font);
           }"""
    )
    visitor.speak("English")
    expect(visitor.page.locator("iom-assistant .exit")).to_have_text("Leave quickly")
    expect(visitor.page.locator("iom-assistant .composer label")).to_have_text("Your question")
    expect(visitor.page.locator("iom-assistant .footer")).not_to_contain_text("×")


# Paper


def printed(visitor: Visitor) -> list[str]:
    visitor.have_more()
    return [squeezed(page) for page in pages_of(visitor.page.pdf(format="A4"))]


@pytest.mark.parametrize("moved", ["", MOVE], ids=["in its place", "moved"])
def test_an_open_chat_is_printed_whole_and_alone(visitor, front, moved):
    long = " ".join(f"Satz Nummer {number} der Antwort." for number in range(120))
    sources = [SOURCE, {"title": "Zweite", "url": "https://example.org/second", "publisher": None}]
    front.script.answer = lambda text, language: answer(part(f"{text} {long} Ende von {text}", sources=sources))
    visitor.open()
    visitor.page.evaluate(moved)
    for question in ("eins", "zwei", "drei"):
        visitor.ask(question)
    # What is not announced comes a moment after the text.
    expect(visitor.page.locator("iom-assistant [part~=evidence]")).to_have_count(3)
    pages = printed(visitor)
    whole = "".join(pages)
    for question in ("eins", "zwei", "drei"):
        assert squeezed(f"Ende von {question}") in whole
    assert whole.count(squeezed(f"({SOURCE['url']})")) == 3
    assert whole.count("(https://example.org/second)") == 3
    assert "AssistentvonIOMDeutschland" in pages[0]
    for absent in ("Unsere Arbeit", "Senden", "Schnell verlassen", "Hat Ihnen das geholfen?", "Chat schließen"):
        assert squeezed(absent) not in whole
    assert 2 <= len(pages) <= 8


def test_a_closed_chat_leaves_the_page_to_the_paper(visitor):
    visitor.open().ask("Etwas Geheimes")
    visitor.button("Chat schließen").first.click()
    whole = "".join(printed(visitor))
    assert "MigrationsicherundmenschenwürdiggestaltenW" in whole
    for absent in ("Geheimes", "683.950 Menschen geholfen", "Chat öffnen"):
        assert squeezed(absent) not in whole


def test_after_printing_the_page_is_as_it_was(visitor, front):
    visitor.open().ask("Wie vielen?")
    visitor.have_more()
    before = visitor.page.evaluate("document.documentElement.outerHTML")
    printed(visitor)
    assert visitor.page.evaluate("[document.documentElement.outerHTML, document.adoptedStyleSheets.length]") == [
        before,
        0,
    ]
    expect(visitor.answers).to_have_count(1)
    assert front.posts[0]["text"] == "Wie vielen?"


def test_a_chat_in_arabic_is_printed_from_right_to_left(visitor, front):
    front.script.answer = lambda text, language: a_fact(text, "en")
    visitor.open().speak("العربية")
    expect(visitor.page.locator("iom-assistant .assistant")).to_have_attribute("dir", "rtl")
    visitor.ask("كم عدد الأشخاص؟")
    visitor.have_more()
    visitor.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    document = visitor.context.new_cdp_session(visitor.page).send("DOM.getDocument", {"depth": -1, "pierce": True})
    assert '"dir", "rtl"' in str(document["root"]).replace("'", '"').split("paper")[1][:200]
    visitor.page.evaluate("dispatchEvent(new Event('afterprint'))")
