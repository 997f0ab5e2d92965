"""A question to people: offered where the assistant has nothing, sent with consent, never instead of help."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from assistant.core.languages import LANGUAGES
from tests.browser.pictures import keep_picture
from tests.browser.places import ELEMENT, MENU, texts
from tests.browser.scenes import crisis, fallback
from tests.browser.scripted_front import a_fact
from tests.browser.test_accessibility import SCHEMES, TAGS
from tests.browser.test_loading import loaded
from tests.browser.visitor import until

GERMAN = texts("de")
HOURS = [
    {"days": [1, 5], "opens": "09:00", "closes": "16:00"},
    {"days": [6, 6], "opens": "10:00", "closes": "12:00"},
]
QUESTION = "Wann ist mein Termin?"
BELOW_HEADER = """
const [title, header] = ['#team-title', '.header'].map((place) => root.querySelector(place).getBoundingClientRect());
return title.top - header.bottom;
"""
TARGETS = """
const nodes = [...root.querySelectorAll('.team-form :is(button, textarea, input)')];
return nodes.map((node) => node.getBoundingClientRect()).filter(({ width, height }) => Math.min(width, height) < 43.9);
"""


class Form:
    """The form, as a visitor meets it."""

    def __init__(self, visitor, language="de"):
        said = texts(language)
        self.visitor, self.box = visitor, visitor.page.get_by_role("dialog", name=said["team"], exact=True)
        self.question = self.box.get_by_role("textbox", name=said["field"], exact=True)
        self.email = self.box.get_by_role("textbox", name=said["formEmail"], exact=True)
        self.consent = self.box.get_by_role("checkbox")
        self.send = self.box.get_by_role("button", name=said["send"], exact=True)
        self.cancel = self.box.get_by_role("button", name=said["cancel"], exact=True)


def offer(visitor, language="de"):
    """The button below the newest answer."""
    return visitor.answers.last.get_by_role("button", name=texts(language)["team"], exact=True)


def by_menu(visitor, language="de"):
    """Opens the form by the menu; returns it."""
    visitor.page.locator(f"{ELEMENT} {MENU}").click()
    visitor.page.locator("#menu").get_by_role("button", name=texts(language)["team"], exact=True).click()
    return Form(visitor, language)


@pytest.fixture
def team(front):
    """A front whose people can be asked, and whose assistant knows nothing."""
    front.script.team = HOURS
    front.script.answer = lambda _, language: fallback(language)
    return front


@pytest.fixture
def form(visitor, team):
    """The form, opened below an answer that had nothing."""
    visitor.go().open().ask(QUESTION)
    offer(visitor).click()
    opened = Form(visitor)
    expect(opened.box).to_be_visible()
    return opened


def test_it_is_offered_where_there_is_nothing_and_in_the_menu(visitor, team):
    visitor.go().open().ask(QUESTION)
    expect(offer(visitor)).to_be_visible()
    team.script.answer = lambda text, language: a_fact(text, language)
    visitor.ask("Was ist die IOM?")
    expect(offer(visitor)).to_have_count(0)
    form = by_menu(visitor)
    expect(form.question).to_have_value("")


def test_the_form_is_loaded_once_there_is_an_answer(visitor, team):
    visitor.go().open()
    assert loaded(visitor).count("team.js") == 0
    visitor.ask(QUESTION)
    until(visitor.page, lambda: "team.js" in loaded(visitor))
    offer(visitor).click()
    expect(Form(visitor).box).to_be_visible()
    assert loaded(visitor).count("team.js") == 1


def test_it_is_offered_nowhere_unless_the_operator_wants_it(visitor, front):
    front.script.answer = lambda _, language: fallback(language)
    visitor.open().ask(QUESTION)
    expect(visitor.page.get_by_text(GERMAN["team"], exact=True)).to_have_count(2)
    for place in visitor.page.get_by_text(GERMAN["team"], exact=True).all():
        expect(place).to_be_hidden()


def test_what_was_asked_is_in_the_form_and_the_rest_is_said_before(form):
    expect(form.box).to_be_focused()
    expect(form.question).to_have_value(QUESTION)
    expect(form.consent).not_to_be_checked()
    expect(form.box).to_have_accessible_description(re.compile(re.escape(GERMAN["formIntro"])))
    expect(form.consent).to_have_accessible_name(re.compile(f"30 Tagen.*{GERMAN['exit']}"))
    said = form.box.inner_text().replace("\u2068", "").replace("\u2069", "")
    assert "Mo–Fr 09:00–16:00; Sa 10:00–12:00 (deutsche Zeit)" in said


def test_no_hours_are_made_up(visitor, team):
    team.script.team = []
    visitor.go().open()
    form = by_menu(visitor)
    expect(form.box).to_be_visible()
    assert "Zeit" not in form.box.inner_text()


def test_what_is_missing_is_said_beside_its_field(form, team):
    form.question.fill(" ")
    form.email.fill("anna@example")
    form.send.click()
    expect(form.question).to_be_focused()
    expect(form.question).to_have_accessible_description(GERMAN["formNoQuestion"])
    expect(form.email).to_have_accessible_description(f"{GERMAN['formWrongEmail']} {GERMAN['formEmailHint']}")
    expect(form.consent).to_have_accessible_description(GERMAN["formNoConsent"])
    for control in (form.question, form.email, form.consent):
        expect(control).to_have_attribute("aria-invalid", "true")
    form.question.fill(QUESTION)
    form.send.click()
    expect(form.email).to_be_focused()
    expect(form.question).to_have_attribute("aria-invalid", "false")
    form.email.fill("anna@example.org")
    form.send.click()
    expect(form.consent).to_be_focused()
    assert team.to_team == []


def test_a_question_is_sent_once_and_the_visitor_is_told(form, team):
    form.visitor.listen()
    form.email.fill(" anna@example.org ")
    form.consent.check()
    form.send.click()
    expect(form.box).to_have_count(0)
    (sent,) = team.to_team
    assert re.fullmatch(r"[0-9a-f-]{36}", sent.pop("id"))
    assert sent == {"text": QUESTION, "email": "anna@example.org", "consent": True, "language": "de"}
    expect(offer(form.visitor)).to_be_focused()
    assert form.visitor.announced == [GERMAN["formSent"]]
    # The next question begins with an empty form.
    by_menu(form.visitor)
    expect(form.question).to_have_value("")
    expect(form.consent).not_to_be_checked()


def test_the_address_may_be_left_out(form, team):
    form.consent.check()
    form.question.fill("Und wann sonst?")
    form.send.click()
    expect(form.box).to_have_count(0)
    assert [(sent["text"], sent["email"]) for sent in team.to_team] == [("Und wann sonst?", None)]


def test_an_emergency_goes_to_the_chat_and_is_answered_there(form, team):
    team.script.answer = lambda _, language: crisis(language)
    team.script.team_reply = lambda _: (200, {"emergency": True, "expires_at": None})
    form.question.fill("Mein Mann schlägt mich")
    form.consent.check()
    form.send.click()
    expect(form.box).to_have_count(0)
    expect(form.visitor.said.last).to_have_text("Mein Mann schlägt mich")
    expect(form.visitor.answers.last).to_contain_text("112")
    assert GERMAN["formSent"] not in form.visitor.panel.inner_text()


def test_a_refusal_is_said_and_nothing_written_is_lost(form, team):
    error = {"code": "too_many", "text": "Bitte warten Sie.", "retry_after": 60}
    team.script.team_reply = lambda _: (429, {"error": error})
    form.email.fill("anna@example.org")
    form.consent.check()
    form.send.click()
    expect(form.box.get_by_role("alert")).to_have_text("Bitte warten Sie.")
    expect(form.send).to_be_focused()
    expect(form.question).to_have_value(QUESTION)
    form.send.click()
    until(form.visitor.page, lambda: len(team.to_team) == 2)
    form.question.fill("Etwas anderes?")
    form.send.click()
    until(form.visitor.page, lambda: len(team.to_team) == 3)
    first, again, other = (sent["id"] for sent in team.to_team)
    # What the front may have already is the same question; what was changed is another.
    assert first == again != other


def test_a_deleted_chat_takes_along_what_was_sent_to_the_team(form, team):
    team.script.team_reply = lambda _: (503, {"error": {"code": "unavailable", "text": "…", "retry_after": None}})
    form.consent.check()
    form.send.click()
    expect(form.box.get_by_role("alert")).to_have_text("…")
    form.cancel.click()
    form.visitor.menu(GERMAN["delete"])
    form.visitor.button(GERMAN["deleteConfirm"]).click()
    expect(form.visitor.answers).to_have_count(0)
    by_menu(form.visitor)
    form.question.fill(QUESTION)
    form.consent.check()
    form.send.click()
    until(form.visitor.page, lambda: len(team.to_team) == 2)
    first, second = (sent["id"] for sent in team.to_team)
    assert first != second


def test_a_chat_that_is_gone_is_begun_anew(form, team):
    team.chats.clear()
    form.consent.check()
    form.send.click()
    expect(form.box).to_have_count(0)
    assert len(team.to_team) == 1
    assert len(team.chats) == 1


def test_escape_closes_it_and_what_was_written_is_still_there(form):
    page = form.visitor.page
    form.question.fill("Halb ge")
    page.keyboard.press("Escape")
    expect(form.box).to_have_count(0)
    expect(offer(form.visitor)).to_be_focused()
    offer(form.visitor).click()
    expect(form.question).to_have_value("Halb ge")
    form.cancel.click()
    expect(offer(form.visitor)).to_be_focused()
    form.visitor.menu(GERMAN["delete"])
    form.visitor.button(GERMAN["deleteConfirm"]).click()
    expect(form.visitor.answers).to_have_count(0)
    by_menu(form.visitor)
    expect(form.question).to_have_value("")


def test_nothing_behind_it_is_reached_by_tab_but_the_way_out(form):
    page, reached = form.visitor.page, set()
    for _ in range(14):
        page.keyboard.press("Tab")
        reached.add(form.visitor.focused())
    assert {"team-question", "team-email", "team-consent", GERMAN["send"], GERMAN["cancel"]} <= reached
    assert "field" not in reached
    expect(form.visitor.button(GERMAN["exit"]).first).to_be_enabled()


def test_a_form_that_cannot_be_loaded_is_said_to_have_failed(visitor, team):
    visitor.page.route("**/team.js*", lambda route: route.abort())
    visitor.go().open().ask(QUESTION)
    offer(visitor).click()
    expect(visitor.alert).to_have_text(GERMAN["failed"])
    visitor.page.unroute("**/team.js*")
    offer(visitor).click()
    expect(Form(visitor).box).to_be_visible()


@pytest.mark.parametrize(("path", "language"), [("/", "de"), ("/ar", "ar")])
@pytest.mark.parametrize("size", [(1100, 820), (320, 568)], ids=str)
def test_axe_finds_nothing_in_the_form(visitor_of, team, axe, path, language, size):
    said = texts(language)
    visitor = visitor_of(team.url, viewport={"width": size[0], "height": size[1]})
    visitor.context.add_init_script(axe)
    visitor.go(path)
    visitor.page.get_by_role("button", name=said["launcher"], exact=True).click()
    form = by_menu(visitor, language)
    expect(form.box).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
    assert visitor.in_root(BELOW_HEADER) >= 0
    form.question.fill("")
    form.email.fill("x")
    form.send.click()
    expect(form.question).to_be_focused()
    found = {}
    for name, scheme in SCHEMES.items():
        visitor.page.emulate_media(**{"color_scheme": "light", "forced_colors": "none", **scheme})
        keep_picture(visitor.page, f"team-{name}-{language}-{size[0]}")
        found[name] = visitor.violations(TAGS)
        if name != "forced":
            contrast = {"type": "rule", "values": ["color-contrast-enhanced"]}
            found[name] += visitor.violations(contrast, "iom-assistant")
    assert found == {name: [] for name in SCHEMES}
    assert visitor.in_root(TARGETS) == []
    # Nothing is cut off at the side.
    assert (
        visitor.in_root("const form = root.querySelector('.team-form'); return form.scrollWidth - form.clientWidth")
        <= 0
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_it_whole(visitor, team, language):
    visitor.go().open()
    visitor.in_root(f"root.host.setAttribute('lang', '{language}')")
    said = texts(language)
    expect(visitor.page.locator(f"{ELEMENT} .topics-toggle")).to_have_text(said["topics"])
    form = by_menu(visitor, language)
    expect(form.box).to_be_visible()
    shown = form.box.inner_text()
    assert "{" not in shown
    assert said["formIntro"] in shown
    assert said["exit"] in shown
    assert re.search(r"[0-9٠-٩۰-۹]", shown)
