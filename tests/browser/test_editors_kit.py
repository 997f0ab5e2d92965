"""What an editor can set, and what happens where something is wrong: a real front, and websites of every kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from assistant.core.paths import ROOT
from assistant.front.app import application
from assistant.front.core.settings import Settings
from assistant.knowledge import knowledge
from assistant.launch.servers import free_port
from tests.browser.pictures import keep_picture
from tests.browser.test_accessibility import TAGS
from tests.browser.test_page import AXE
from tests.browser.visitor import STORED, until
from tests.fakes.front import FakeRasa, served

GUIDE = (ROOT / "docs" / "embedding.md").read_text("utf-8")
PLACE = "https://assistant.example"
FENCED = re.compile(r"^```(\w+)\n(.*?)^```", re.M | re.S)
DOCUMENTS, FAMILY = "ask_family/documents", "ask_family/core_family"


@pytest.fixture(scope="module")
def front(scripted_front, tmp_path_factory) -> Iterator[str]:
    """A real front that allows the website at 127.0.0.1, but not the same one by the name of localhost."""
    folder = tmp_path_factory.mktemp("front")
    settings = Settings(f"sqlite:///{folder / 'front.db'}", b"x" * 32, origins=frozenset({scripted_front.url}))
    with served(application(settings, FakeRasa())) as address:
        yield address


class Website:
    """A website with one page, and a visitor of it; `console` collects what the browser says."""

    def __init__(self, page: Page, scripted_front, front: str) -> None:
        self.page, self.host, self.front = page, scripted_front, front
        self.console: list[str] = []
        page.on("console", self._note)

    def _note(self, message: ConsoleMessage) -> None:
        # Browsers ask for one by themselves, and no page needs it.
        if not message.location["url"].endswith("/favicon.ico"):
            self.console.append(message.text)

    def show(self, body: str, allowed: bool = True, policy: str | None = None, script: bool = True) -> Page:
        self.host.reset()
        self.host.script.policy = policy or f"default-src 'self' {self.front}; require-trusted-types-for 'script'"
        tag = f'<script type="module" src="{self.front}/widget/iom-assistant.js"></script>' if script else ""
        self.host.pages["page"] = f'<!doctype html><html lang="de"><title>x</title>{tag}<main>Text</main>{body}'
        url = self.host.url if allowed else f"http://localhost:{self.host.port}"
        self.page.goto(f"{url}/pages/page")
        return self.page

    def says(self, text: str) -> None:
        until(self.page, lambda: any(text in line for line in self.console))


@pytest.fixture
def site(chromium, scripted_front, front) -> Iterator[Website]:
    context = chromium.new_context(locale="de-DE", viewport={"width": 1100, "height": 800})
    yield Website(context.new_page(), scripted_front, front)
    context.close()


def launcher(page: Page):
    return page.locator("iom-assistant .launcher")


def field(page: Page):
    return page.locator("iom-assistant #field")


# Topics and the own page


def test_a_question_is_chosen_from_a_topic(site):
    page = site.show("<iom-assistant></iom-assistant>")
    launcher(page).click()
    topic, question = knowledge().topics["family"].title["de"], knowledge().entries[DOCUMENTS].question["de"]
    page.get_by_role("button", name="Themen").click()
    expect(page.locator("iom-assistant #topics")).to_be_focused()
    page.get_by_text(topic, exact=True).click()
    page.get_by_role("button", name=question).click()
    expect(page.locator("iom-assistant .said")).to_have_text(question)
    expect(page.locator("iom-assistant #topics")).to_be_hidden()


def test_topics_are_in_the_menu_too_and_in_the_language_chosen(site):
    page = site.show("<iom-assistant></iom-assistant>")
    launcher(page).click()
    page.locator("iom-assistant select.language").select_option("ar")
    page.locator("iom-assistant [aria-controls=menu]").click()
    page.locator("iom-assistant .menu").get_by_role("button", name="المواضيع").click()
    expect(page.locator("iom-assistant .topics summary").first).to_have_text(knowledge().topics["danger"].title["ar"])


def test_the_menu_leads_to_the_page_of_its_own(site):
    page = site.show("<iom-assistant></iom-assistant>")
    launcher(page).click()
    page.locator("iom-assistant [aria-controls=menu]").click()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Als eigene Seite öffnen").click()
    assert opened.value.url == f"{site.front}/chat?language=de"
    expect(opened.value.get_by_label("Ihre Frage")).to_be_visible()


# Attributes


def test_title_and_launcher_are_the_editors_in_the_language_of_the_page_only(site):
    page = site.show('<iom-assistant chat-title="Frag nach" launcher-text="Noch Fragen?"></iom-assistant>')
    expect(page.locator("iom-assistant .launcher-label")).to_have_text("Noch Fragen?")
    launcher(page).click()
    title = page.locator("iom-assistant .title")
    expect(title).to_have_text("Frag nach")
    page.locator("iom-assistant select.language").select_option("en")
    expect(title).not_to_have_text("Frag nach")
    page.locator("iom-assistant select.language").select_option("de")
    expect(title).to_have_text("Frag nach")


def test_starters_are_the_editors_in_every_language(site):
    page = site.show(f'<iom-assistant starters="{DOCUMENTS} {FAMILY}"></iom-assistant>')
    launcher(page).click()
    starters = page.locator("iom-assistant .starters .suggestion")
    wanted = [knowledge().entries[id_].question for id_ in (DOCUMENTS, FAMILY)]
    expect(starters).to_have_text([question["de"] for question in wanted])
    page.locator("iom-assistant select.language").select_option("tr")
    expect(starters).to_have_text([question["tr"] for question in wanted])


def test_starters_that_do_not_exist_leave_ours_and_say_so(site):
    page = site.show('<iom-assistant starters="ask_family/nothing"></iom-assistant>')
    launcher(page).click()
    expect(page.locator("iom-assistant .starters .suggestion").first).to_be_visible()
    site.says("the front knows not all of these entries: ask_family/nothing")


@pytest.mark.parametrize("width", [360, 1100])
def test_inline_it_stands_in_the_page_and_stores_nothing(site, width):
    site.page.set_viewport_size({"width": width, "height": 740})
    page = site.show("<div style='display: none'></div><iom-assistant inline></iom-assistant><p>Below</p>")
    panel = page.locator("iom-assistant .panel")
    expect(panel).to_be_visible()
    expect(launcher(page)).to_be_hidden()
    expect(page.locator("iom-assistant .starters .suggestion").first).to_be_visible()
    assert page.evaluate(STORED) == []
    panel_box, below = panel.bounding_box(), page.get_by_text("Below").bounding_box()
    assert panel_box["y"] + panel_box["height"] <= below["y"]
    assert panel_box["width"] <= width
    field(page).press("Escape")
    page.get_by_text("Below").click()
    expect(panel).to_be_visible()
    field(page).fill("Wann?")
    field(page).press("Enter")
    expect(page.locator("iom-assistant .answer")).to_contain_text("1951")


# What is wrong is said


def test_a_forgotten_website_is_told_what_to_set_and_its_visitors_where_to_go(site):
    page = site.show("<iom-assistant></iom-assistant>", allowed=False)
    launcher(page).click()
    alert = page.locator("iom-assistant [role=alert]")
    expect(alert).to_contain_text("auf dieser Website noch nicht freigeschaltet")
    expect(page.locator("iom-assistant .open-page")).to_have_attribute("href", f"{site.front}/chat?language=de")
    expect(field(page)).to_be_hidden()
    site.says(f"Add http://localhost:{site.host.port} to its setting ASSISTANT_ORIGINS.")
    # It stays so, although the element would otherwise try again.
    page.wait_for_timeout(6_000)
    expect(alert).to_contain_text("auf dieser Website noch nicht freigeschaltet")


def test_a_policy_that_blocks_is_named(site):
    page = site.show("<iom-assistant></iom-assistant>", policy=f"script-src {site.front}; connect-src 'self'")
    launcher(page).click()
    site.says(f"Add {site.front} to its connect-src.")
    expect(page.locator("iom-assistant .open-page")).to_be_visible()


def test_a_front_that_is_away_is_said_to_be_away(site):
    nowhere = f"http://127.0.0.1:{free_port()}"
    page = site.show(f'<iom-assistant server="{nowhere}"></iom-assistant>', policy="script-src *; connect-src *")
    launcher(page).click()
    site.says("it cannot be reached.")
    expect(page.locator("iom-assistant [role=alert]")).to_contain_text("gerade nicht erreichbar")
    expect(page.locator("iom-assistant .open-page")).to_be_hidden()


def test_the_check_page_speaks_german_to_a_german_browser(site, axe):
    page = site.page
    page.add_init_script(axe)
    page.set_viewport_size({"width": 320, "height": 568})
    page.goto(f"{site.front}/check?origin=https://other.example")
    expect(page.locator("#browser")).to_have_text("In Ordnung: Dieser Browser ist neu genug.")
    expect(page.locator("#front")).to_have_text("In Ordnung: Der Front-Server antwortet.")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(AXE, TAGS) == []
    page.get_by_role("button", name="Prüfen").click()
    expect(page.locator(".wrong").first).to_contain_text("noch nicht benutzen")
    keep_picture(page, "check-de", full_page=True)
    assert site.console == []


def test_the_check_page_checks_the_browser_and_the_front(site):
    page = site.page
    # What was chosen goes along with the form, whatever the browser's language.
    page.goto(f"{site.front}/check?origin={site.host.url}&language=en")
    expect(page.locator("#browser")).to_have_text("Right: This browser is new enough.")
    expect(page.locator("#front")).to_have_text("Right: The front answers.")
    page.get_by_label("Address of your website").fill("https://other.example")
    page.get_by_label(re.compile("content security policy")).fill("default-src 'self'")
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".wrong")).to_have_count(4)
    expect(page.locator(".findings")).to_contain_text("ASSISTANT_ORIGINS")
    assert site.console == []


# The guide's snippets, as they come out of each system


def snippets() -> dict[str, str]:
    found = dict(FENCED.findall(GUIDE.split("## In TYPO3")[1]))
    return {
        "typoscript": re.search(r"value \(\n(.*?)^\)", found["typoscript"], re.M | re.S)[1],
        "twig": re.sub(r"{#.*?#}", "", found["twig"])
        .replace("{{ html_attributes.lang }}", "de")
        .replace("{{ 'Ask the assistant of IOM Germany'|t }}", escape("Fragen")),
        "php": re.search(r"\?>\n(.*?)<\?php", found["php"], re.S)[1],
        "first": FENCED.search(GUIDE)[2],
    }


@pytest.mark.parametrize("system", ["typoscript", "twig", "php", "first"])
def test_a_snippet_of_the_guide_works_as_written(site, system):
    snippet = snippets()[system]
    assert "{{" not in snippet
    assert PLACE in snippet
    page = site.show(snippet.replace(PLACE, site.front), script=False)
    launcher(page).click()
    expect(page.locator("iom-assistant .starters .suggestion").first).to_be_visible()
    field(page).fill("Wann?")
    field(page).press("Enter")
    expect(page.locator("iom-assistant .answer")).to_contain_text("1951")
    assert not [line for line in site.console if "Refused" in line or "error" in line.lower()]


@pytest.mark.parametrize("system", ["typoscript", "twig", "php", "first"])
def test_without_a_script_a_snippet_leads_to_the_page(chromium, scripted_front, front, system):
    context = chromium.new_context(java_script_enabled=False)
    page = Website(context.new_page(), scripted_front, front).show(
        snippets()[system].replace(PLACE, front), script=False
    )
    page.get_by_role("link", name=re.compile("Fragen")).click()
    expect(page.get_by_label("Ihre Frage")).to_be_visible()
    context.close()


def test_the_frame_of_the_guide_works_as_written(site):
    frame = next(code for _, code in FENCED.findall(GUIDE) if "<iframe" in code)
    page = site.show(frame.replace(PLACE, site.front), policy=f"frame-src {site.front}", script=False)
    framed = page.frame_locator("iframe")
    framed.get_by_label("Ihre Frage").fill("Wann?")
    framed.get_by_role("button", name="Senden").click()
    expect(framed.get_by_role("article")).to_contain_text("1951")


def test_the_frame_works_in_the_sandbox_that_the_guide_names(site):
    allowed = re.search(r"it needs `([^`]+)`", GUIDE)[1]
    body = f'<iframe src="{site.front}/chat?language=de" title="x" sandbox="{allowed}"></iframe>'
    page = site.show(body, policy=f"frame-src {site.front}", script=False)
    framed = page.frame_locator("iframe")
    framed.get_by_label("Ihre Frage").fill("Wann?")
    framed.get_by_role("button", name="Senden").click()
    expect(framed.get_by_role("article")).to_contain_text("1951")
