"""The page at /chat in a real browser without JavaScript: form, links, paper, frames."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from assistant.core.languages import LANGUAGES as LANGUAGES_SERVED
from assistant.front.app import application
from assistant.front.core.opening_hours import opening_hours_of
from assistant.front.core.settings import Settings
from assistant.knowledge import knowledge
from tests.browser.pictures import keep_picture
from tests.browser.places import texts
from tests.browser.test_accessibility import SCHEMES, TAGS
from tests.fakes.front import ENTRY, FakeRasa, enveloped, fact, served

LANGUAGES = ("de", "ar")
EMAIL = "anna@example.org"
DANGER, FAMILY = "crisis/danger", "referral/family_reunification"
PATHS = {
    "start": "/chat?",
    "fact": f"/chat?entry={ENTRY}&",
    "crisis": "/chat?q=help&",
    "several": f"/chat?entry={DANGER},{FAMILY}&",
    "refused": "/chat?entry=ask_history/nothing&",
    "nothing": "/chat?q=nothing&",
    "team": "/chat/team?",
}
# What is too low for a fingertip.
LOW = """() => [...document.querySelectorAll(
    "button, summary, input:not([type=hidden]), .leave, .cancel, .calls a, .questions a")]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44)
  .map((one) => one.textContent || one.id)"""
AXE = """async (tags) => (await axe.run(document, { runOnly: tags, resultTypes: ["violations"] })).violations
  .map((found) => `${found.id}: ${found.nodes.map((node) => node.target.join(" ")).join(" | ")}`)"""


@pytest.fixture(scope="module")
def rasa() -> FakeRasa:
    rasa = FakeRasa()
    rasa.reply = answered
    return rasa


def answered(body):
    language = body["metadata"].get("language", "de")
    if body["message"] == "nothing":
        return [{"text": knowledge().phrase("error", language)}, enveloped("fallback", language=language)]
    return fact(language, DANGER if body["message"] == "help" else ENTRY)


@pytest.fixture(scope="module")
def host(scripted_front):
    """A website that frames the page."""
    return scripted_front


@pytest.fixture(scope="module")
def url(rasa, host, tmp_path_factory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("front")
    origins = frozenset({host.url})
    settings = Settings(f"sqlite:///{folder / 'front.db'}", b"x" * 32, origins=origins, team=True)
    settings = replace(settings, team_hours=opening_hours_of("Mo-Fr 09:00-16:00, Sa 10:00-12:00"))
    with served(application(settings, rasa)) as address:
        yield address


@pytest.fixture
def page(chromium) -> Iterator[Page]:
    """A page of a browser that runs no script of a website."""
    context = chromium.new_context(java_script_enabled=False, locale="de-DE", viewport={"width": 360, "height": 740})
    yield context.new_page()
    context.close()


def test_a_question_is_asked_and_answered_without_a_script(page, url):
    page.goto(f"{url}/chat")
    page.get_by_label("Ihre Frage").fill("Wann wurde die IOM gegründet? <b>")
    page.get_by_role("button", name="Senden").click()
    expect(page.locator(".asked")).to_have_text("Sie: Wann wurde die IOM gegründet? <b>")
    expect(page.get_by_role("article")).to_contain_text("1951")
    assert page.url == f"{url}/chat"


def test_a_topic_leads_to_an_answer_and_the_answer_to_other_languages(page, url):
    page.goto(f"{url}/chat?language=de")
    page.get_by_text(knowledge().topics["family"].title["de"]).click()
    question = knowledge().entries["ask_family/documents"].question
    page.get_by_role("link", name=question["de"]).click()
    page.get_by_role("link", name="العربية").click()
    assert page.url == f"{url}/chat?entry=ask_family/documents&language=ar"
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    page.get_by_text(knowledge().phrase("original", "ar"), exact=True).click()
    expect(page.locator("details [lang=de]")).to_be_visible()


def test_a_link_asks_a_question(page, url):
    page.goto(f"{url}/chat?q=help&language=en")
    calls = page.locator(".calls a")
    expect(calls.first).to_have_attribute("href", "tel:112")
    expect(calls.first).to_be_in_viewport()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scene", PATHS)
def test_axe_finds_nothing(chromium, axe, url, scene, language):
    # The browser runs only axe: the page's own policy allows no script.
    context = chromium.new_context(viewport={"width": 360, "height": 740}, bypass_csp=True)
    page = context.new_page()
    page.add_init_script(axe)
    page.goto(f"{url}{PATHS[scene]}language={language}")
    found = {}
    for name, scheme in SCHEMES.items():
        page.emulate_media(**{"color_scheme": "light", "forced_colors": "none", **scheme})
        keep_picture(page, f"page-{scene}-{name}-{language}", full_page=True)
        found[name] = page.evaluate(AXE, TAGS)
    contrast = page.evaluate(AXE, {"type": "rule", "values": ["color-contrast-enhanced"]})
    context.close()
    assert found == {name: [] for name in SCHEMES}
    assert contrast == []


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_nothing_is_wider_than_the_screen_and_every_target_is_large(chromium, url, width):
    context = chromium.new_context(viewport={"width": width, "height": 740}, bypass_csp=True)
    page = context.new_page()
    page.goto(f"{url}/chat?entry={DANGER},{FAMILY}&language=de")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    low = page.evaluate(LOW)
    context.close()
    assert low == []


def filled(page, language="de"):
    """The form for the team, filled in; returns its button."""
    said = texts(language)
    page.get_by_role("textbox", name=said["field"], exact=True).fill("Wann ist mein Termin?")
    page.get_by_role("textbox", name=said["formEmail"], exact=True).fill(EMAIL)
    page.get_by_role("checkbox").check()
    return page.get_by_role("button", name=said["send"])


def test_people_are_asked_where_the_assistant_has_nothing_and_the_question_is_taken_back(page, url):
    page.goto(f"{url}/chat?language=de")
    page.get_by_label("Ihre Frage").fill("nothing")
    page.get_by_role("button", name="Senden").click()
    page.get_by_role("button", name=texts("de")["team"]).click()
    expect(page.get_by_label("Ihre Frage")).to_have_value("nothing")
    expect(page.get_by_role("checkbox")).not_to_be_checked()
    filled(page).click()
    expect(page.get_by_role("status")).to_contain_text(texts("de")["formSent"])
    # Loading the page again asks nothing again, and its address leads back to it.
    address = page.url
    page.reload()
    page.goto(f"{url}/chat")
    page.goto(address)
    page.get_by_role("button", name=knowledge().phrase("page_team_withdraw", "de")).click()
    expect(page.get_by_role("status")).to_have_text(knowledge().phrase("page_team_gone", "de"))
    expect(page).to_have_url(address)
    page.goto(address)
    expect(page.get_by_role("status")).to_have_text(knowledge().phrase("page_team_gone", "de"))


def test_what_is_wrong_is_said_and_the_first_such_field_is_focused(page, url):
    page.goto(f"{url}/chat/team?language=de")
    said = texts("de")
    send = filled(page)
    page.get_by_label(said["formEmail"]).fill("anna")
    send.click()
    email = page.get_by_label(said["formEmail"])
    expect(email).to_be_focused()
    expect(email).to_have_value("anna")
    expect(email).to_have_accessible_description(f"{said['formWrongEmail']} {said['formEmailHint']}")
    expect(page.get_by_role("checkbox")).to_be_checked()
    expect(page.get_by_label(said["field"])).to_have_value("Wann ist mein Termin?")


def test_an_emergency_is_answered_at_once(page, url):
    page.goto(f"{url}/chat/team?language=en")
    send = filled(page, "en")
    page.get_by_label("Your question").fill("help")
    send.click()
    expect(page.locator(".calls a").first).to_have_attribute("href", "tel:112")
    expect(page.locator(".calls a").first).to_be_in_viewport()


@pytest.mark.parametrize("language", LANGUAGES_SERVED)
def test_the_form_and_what_follows_suit_everybody(chromium, axe, url, language):
    context = chromium.new_context(viewport={"width": 320, "height": 568}, bypass_csp=True)
    page, found = context.new_page(), {}
    page.add_init_script(axe)
    page.goto(f"{url}/chat/team?language={language}")
    steps = {
        "wrong": lambda: page.get_by_role("button", name=texts(language)["send"]),
        "sent": lambda: filled(page, language),
        "gone": lambda: page.get_by_role("button", name=knowledge().phrase("page_team_withdraw", language)),
    }
    for scene, button in steps.items():
        button().click()
        page.wait_for_load_state("load")
        keep_picture(page, f"page-team-{scene}-{language}", full_page=True)
        too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found[scene] = (max(too_wide, 0), page.evaluate(LOW), page.evaluate(AXE, TAGS))
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if language in ("ar", "fa") else "ltr")
    context.close()
    assert found == dict.fromkeys(steps, (0, [], []))


def test_on_paper_there_are_question_answer_and_addresses_only(page, url):
    page.goto(f"{url}/chat?q=Wann&language=de")
    page.emulate_media(media="print")
    expect(page.locator(".asked")).to_be_visible()
    expect(page.locator(".text")).to_be_visible()
    for left_out in ("form", "nav", ".leave", ".topics", "footer", ".questions >> nth=0"):
        expect(page.locator(left_out)).to_be_hidden()
    assert len(page.pdf()) > 1000


def test_an_allowed_page_may_frame_it_and_another_may_not(page, url, host):
    host.reset()
    host.script.policy = f"frame-src {url}"
    host.pages["frame"] = f'<!doctype html><title>x</title><iframe src="{url}/chat?language=en" title="Chat"></iframe>'
    page.goto(f"{host.url}/pages/frame")
    framed = page.frame_locator("iframe")
    framed.get_by_label("Your question").fill("When?")
    framed.get_by_role("button", name="Send").click()
    expect(framed.get_by_role("article")).to_contain_text("1951")
    other = f"http://localhost:{host.port}/pages/frame"
    page.goto(other)
    expect(page.frame_locator("iframe").get_by_label("Your question")).to_have_count(0)


def test_leaving_quickly_leaves_the_whole_window(page, url, host):
    host.reset()
    host.script.policy = f"frame-src {url}"
    host.pages["frame"] = f'<!doctype html><title>x</title><iframe src="{url}/chat?language=en" title="Chat"></iframe>'
    page.route("https://www.bbc.co.uk/**", lambda route: route.fulfill(body="weather"))
    page.goto(f"{host.url}/pages/frame")
    page.frame_locator("iframe").get_by_role("link", name="Leave quickly").click()
    page.wait_for_url("https://www.bbc.co.uk/weather")
