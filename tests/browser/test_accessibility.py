"""Accessibility for screen, screen reader and keyboard: WCAG 2.2 AA and more."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.pictures import keep_picture
from tests.browser.scenes import SCENES, WORDS, clarify, crisis, opened, several
from tests.browser.scripted_front import STARTERS, a_fact, echo
from tests.browser.visitor import OPEN

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
SCHEMES = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
}


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("scene", SCENES)
def test_axe_finds_nothing(visitor_of, front, axe, scene, language):
    visitor = visitor_of(front.url, viewport={"width": 1100, "height": 820})
    visitor.context.add_init_script(axe)
    visitor.go("/" if language == "de" else "/en")
    SCENES[scene](visitor, front, language)
    found = {}
    for name, scheme in SCHEMES.items():
        visitor.page.emulate_media(**{"color_scheme": "light", "forced_colors": "none", **scheme})
        keep_picture(visitor.page, f"{scene}-{name}-{language}")
        found[name] = visitor.violations(TAGS)
    assert found == {name: [] for name in SCHEMES}


def test_axe_would_find_a_button_without_a_name(visitor, axe):
    visitor.context.add_init_script(axe)
    visitor.go().open()
    visitor.in_root("root.querySelector('.send').textContent = ''")
    assert any(violation.startswith("button-name") for violation in visitor.violations(TAGS))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_a_contrast_of_seven(visitor_of, front, axe, scheme):
    visitor = visitor_of(front.url, color_scheme=scheme)
    visitor.context.add_init_script(axe)
    visitor.go()
    front.script.answer = lambda text, language: several(language)
    opened(visitor, front, "de")
    visitor.ask("Wie vielen?")
    assert visitor.violations({"type": "rule", "values": ["color-contrast-enhanced"]}, "iom-assistant") == []
    visitor.page.locator("iom-assistant .notice-button").click()
    expect(visitor.page.locator("iom-assistant #notice-more")).to_be_visible()
    visitor.open_menu()
    assert visitor.violations({"type": "rule", "values": ["color-contrast-enhanced"]}, "iom-assistant") == []


def test_each_answer_is_announced_once_and_without_its_buttons(visitor, front):
    front.script.answer = echo
    visitor.open()
    visitor.listen()
    for number in range(3):
        visitor.ask(f"Nummer {number}")
    visitor.page.wait_for_timeout(300)
    assert len(visitor.announced) == 3
    for number, said in enumerate(visitor.announced):
        assert f"Echo Nummer {number}" in said
        assert "geholfen" not in said


def test_questions_asked_back_are_announced_with_the_answer(visitor, front):

    front.script.answer = lambda text, language: clarify(language)
    visitor.open()
    visitor.listen()
    visitor.ask("Hilfe")
    (said,) = visitor.announced
    assert all(question in said for question in STARTERS["de"])


def test_the_history_is_never_announced(visitor, front):
    visitor.open().ask("Wie vielen?")
    visitor.page.reload()
    visitor.listen()
    expect(visitor.answers).to_have_count(1)
    expect(visitor.page.get_by_role("group", name="Bisherige Nachrichten").locator(".answer")).to_have_count(1)
    assert visitor.announced == []


def test_changing_the_language_announces_nothing_again(visitor, front):
    visitor.open().ask("Wie vielen?")
    visitor.listen()
    visitor.speak("English")
    expect(visitor.button("Send")).to_be_visible()
    assert visitor.announced == []
    expect(visitor.answers).to_have_attribute("lang", "de")


def test_the_log_is_a_polite_live_region_before_anything_is_said(visitor):
    visitor.open()
    tree = visitor.page.context.new_cdp_session(visitor.page).send("Accessibility.getFullAXTree")["nodes"]
    (log,) = [node for node in tree if node.get("role", {}).get("value") == "log"]
    live = {p["name"]: p["value"]["value"] for p in log["properties"]}
    assert live["live"] == "polite"
    assert log["name"]["value"] == "Neue Nachrichten"


def test_the_accessibility_tree_reads_well(visitor, front):
    front.script.answer = lambda text, language: several(language)
    visitor.open().ask("Zwei Fragen")
    expect(visitor.page.get_by_role("log")).to_match_aria_snapshot(
        """
        - log "Neue Nachrichten":
          - article "Sie:":
            - paragraph: "Sie:"
            - paragraph: Zwei Fragen
          - article "Assistent:":
            - paragraph: "Assistent:"
            - list:
              - listitem:
                - paragraph: In welchen Bereichen arbeitet die IOM in Deutschland?
                - paragraph: "Die Arbeit hat fünf Kernbereiche:"
                - list:
                  - listitem: Schutz
                  - listitem: Resettlement
                  - listitem: Familienzusammenführung
                - paragraph:
                  - link "germany.iom.int/de (öffnet ein neues Fenster)"
                - paragraph:
                  - text: "Quelle:"
                  - link "70 Jahre IOM in Deutschland (öffnet ein neues Fenster)"
                  - text: Oktober 2024
              - listitem
              - listitem
            - button "Mehr"
        """
    )


def test_errors_are_alerts(visitor, front):
    SCENES["refused"](visitor, front, "de")
    expect(visitor.page.get_by_role("alert")).to_have_text(WORDS["de"]["too_long"])


def test_every_message_says_its_language(visitor, front):
    front.script.answer = lambda text, language: a_fact(language="en")
    visitor.open().ask("How many?")
    expect(visitor.answers).to_have_attribute("lang", "en")
    expect(visitor.answers).to_have_attribute("dir", "ltr")
    expect(visitor.said).to_have_attribute("dir", "auto")
    visitor.more()
    expect(visitor.button("Yes")).to_be_visible()


def test_opening_moves_the_focus_in_and_escape_moves_it_back(visitor):
    visitor.launcher.focus()
    visitor.page.keyboard.press("Enter")
    expect(visitor.panel).to_be_focused()
    expect(visitor.launcher).to_have_attribute("aria-expanded", "true")
    visitor.page.keyboard.press("Escape")
    expect(visitor.panel).to_be_hidden()
    expect(visitor.launcher).to_be_focused()
    expect(visitor.launcher).to_have_attribute("aria-expanded", "false")


def test_the_dialog_has_name_and_description_and_is_not_modal(visitor):
    visitor.open()
    expect(visitor.panel).to_have_accessible_name("Assistent von IOM Deutschland")
    assert "Maschine" in visitor.panel.evaluate("node => node.querySelector('#notice-text').textContent")
    expect(visitor.panel).not_to_have_attribute("aria-modal", "true")


def test_the_focus_is_not_trapped(visitor):
    visitor.open()
    tab_until(visitor, lambda: visitor.page.evaluate("document.activeElement === document.body"))
    visitor.page.keyboard.press("Tab")
    assert visitor.page.evaluate("document.activeElement.closest('main, header, .skip') !== null")


def test_escape_closes_one_thing_at_a_time(visitor, front):
    SCENES["confirming"](visitor, front, "de")
    visitor.page.keyboard.press("Escape")
    expect(visitor.page.get_by_role("alertdialog")).to_be_hidden()
    expect(visitor.field).to_be_focused()
    visitor.open_menu()
    visitor.page.keyboard.press("Escape")
    expect(visitor.button("Menü")).to_be_focused()
    expect(visitor.panel).to_be_visible()


def test_the_whole_is_used_by_keyboard_alone(visitor, front):
    press = visitor.page.keyboard.press
    tab_until(visitor, lambda: OPEN["de"] in str(visitor.focused()))
    press("Enter")
    tab_until(visitor, lambda: visitor.focused() == "Was ist die IOM?")
    press("Enter")
    expect(visitor.answers).to_have_count(1)
    tab_until(visitor, lambda: visitor.focused() == "field")
    visitor.page.keyboard.type("Wie viele")
    press("Shift+Enter")
    visitor.page.keyboard.type("Menschen?")
    press("Enter")
    expect(visitor.answers).to_have_count(2)
    assert front.posts[-1]["text"] == "Wie viele\nMenschen?"
    tab_until(visitor, lambda: visitor.focused() == "Mehr", "Shift+Tab")
    press("Enter")
    expect(visitor.button("Nein")).to_be_visible()
    tab_until(visitor, lambda: visitor.focused() == "Nein")
    press("Space")
    visitor.page.keyboard.type("Zu kurz")
    press("Tab")
    press("Enter")
    expect(visitor.page.get_by_text("Danke für Ihre Rückmeldung.")).to_be_visible()
    tab_until(visitor, lambda: visitor.focused() == "Menü", "Shift+Tab")
    press("Enter")
    tab_until(visitor, lambda: visitor.focused() == "Chat löschen")
    press("Enter")
    press("Tab")
    press("Enter")
    expect(visitor.answers).to_have_count(0)
    press("Escape")
    expect(visitor.launcher).to_be_focused()


def tab_until(visitor, reached, key: str = "Tab", most: int = 60) -> None:
    for _ in range(most):
        if reached():
            return
        visitor.page.keyboard.press(key)
    raise AssertionError(f"not reached in {most} presses of {key}; the focus is on {visitor.focused()}")


def test_every_target_is_at_least_44_pixels(visitor, front):
    SCENES["feedback"](visitor, front, "de")
    visitor.open_menu()
    small = visitor.in_root(
        """const links = ".links a, .contact a, .ways a, .call, a.tool, .original summary";
           const targets = [...root.querySelectorAll(`button, select, textarea, label.entry, ${links}`)];
           return targets.filter((node) => node.checkVisibility())
             .map((node) => [node.textContent || node.ariaLabel, node.getBoundingClientRect()])
             .filter(([, box]) => box.width < 43.9 || box.height < 43.9)
             .map(([name, box]) => `${name} ${box.width}x${box.height}`);"""
    )
    assert small == []


@pytest.mark.parametrize("size", [(320, 640), (320, 256), (360, 740)], ids=["320", "zoom-400", "phone"])
@pytest.mark.parametrize("scene", ["opened", "several", "crisis", "referral", "menu", "confirming", "feedback", "more"])
def test_nothing_is_cut_off_on_small_screens(visitor_of, front, size, scene):
    width, height = size
    visitor = visitor_of(front.url, viewport={"width": width, "height": height}).go()
    SCENES[scene](visitor, front, "de")
    keep_picture(visitor.page, f"{scene}-{width}x{height}")
    box = visitor.panel.bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, width, height)
    wide = visitor.in_root(
        """const shown = [...root.querySelectorAll(".panel *")]
             .filter((node) => node.checkVisibility() && !node.closest(".unseen, svg"));
           return shown.filter((node) => {
             const box = node.getBoundingClientRect();
             return box.width > 1 && (box.left < -1 || box.right > innerWidth + 1);
           }).map((node) => node.className || node.tagName);"""
    )
    assert wide == []


def test_written_from_right_to_left_all_is_mirrored(visitor, front):
    mirror = "root.querySelector('.assistant').dir = 'rtl'"
    visitor.in_root(mirror)
    assert visitor.launcher.bounding_box()["x"] < 100
    SCENES["several"](visitor, front, "de")
    # The chat, which has been loaded meanwhile, has set its own direction.
    visitor.in_root(mirror)
    assert visitor.panel.bounding_box()["x"] < 100
    send, field = visitor.button("Senden").bounding_box(), visitor.field.bounding_box()
    assert send["x"] < field["x"]
    keep_picture(visitor.page, "several-right-to-left")


def test_at_400_percent_the_field_can_be_reached_and_used(visitor_of, front):
    visitor = visitor_of(front.url, viewport={"width": 320, "height": 256}).go().open()
    visitor.ask("Wie vielen?")
    # Text that is not announced appears a moment later, and the answer is brought into view again.
    visitor.page.wait_for_timeout(200)
    visitor.field.scroll_into_view_if_needed()
    expect(visitor.field).to_be_in_viewport()
    visitor.answers.last.scroll_into_view_if_needed()
    expect(visitor.answers.last).to_be_in_viewport()


def test_on_a_small_screen_going_on_to_the_page_closes_the_panel(visitor_of, front):
    visitor = visitor_of(front.url, viewport={"width": 360, "height": 740}).go().open()
    visitor.page.evaluate("document.querySelector('.name').focus()")
    expect(visitor.panel).to_be_hidden()


def test_wider_spacing_of_text_cuts_nothing_off(visitor, front):
    SCENES["several"](visitor, front, "de")
    cut = visitor.in_root(
        """const sheet = new CSSStyleSheet();
           sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
             word-spacing: 0.16em !important; } p { margin-block-end: 2em !important; }`);
           root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
           return [...root.querySelectorAll("button, a, p, label")]
             .filter((node) => node.checkVisibility() && !node.closest(".unseen"))
             .filter((node) => node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).display !== "inline")
             .map((node) => node.textContent);"""
    )
    assert cut == []


def test_with_reduced_motion_nothing_moves(visitor_of, front):
    visitor = visitor_of(front.url, reduced_motion="reduce").go()
    SCENES["typing"](visitor, front, "de")
    assert visitor.page.evaluate("document.getAnimations().length") == 0


def test_the_theme_attribute_beats_the_system(visitor_of, front):
    visitor = visitor_of(front.url, color_scheme="dark").go()
    visitor.page.evaluate("document.querySelector('iom-assistant').setAttribute('theme', 'light')")
    visitor.open()
    assert visitor.panel.evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(255, 255, 255)"


def test_emergency_numbers_can_be_rung(visitor, front):
    front.script.answer = lambda text, language: crisis(language)
    visitor.open().ask("Hilfe!")
    expect(visitor.page.locator("iom-assistant .crisis").get_by_role("link", name="112", exact=True)).to_have_attribute(
        "href", "tel:112"
    )
    expect(visitor.page.get_by_role("group", name="Hat Ihnen das geholfen?")).to_have_count(0)
