"""The desk's page of an entry in a real browser: read, checked while typing, saved, approved, by two people at once."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx2
import pytest
from playwright.sync_api import Page, expect

from assistant.core.languages import LANGUAGES
from assistant.knowledge.load import load
from tests.browser.test_desk import desk, editor, found_in_every_scheme, too_small  # noqa: F401 - fixtures
from tests.support.desk import PASSWORD, git

ENTRY = "ask_family/fap_who"
PATH = f"/entry/{ENTRY}"


def with_mistakes(page: Page) -> None:
    """Sends a text with a number in it."""
    page.goto(PATH)
    page.locator("[name='answer.de']").fill("Seit 2016 bis {until}.")
    page.locator("button[value=save]").click()
    expect(page.locator("[role=alert]")).to_be_visible()


def with_note(page: Page) -> None:
    """Begins a note."""
    page.goto(PATH)
    page.locator("summary", has_text=re.compile("Ergänzung|note")).click()


PAGES: dict[str, Callable[[Page], object]] = {
    "entries": lambda page: page.goto("/entries"),
    "entries-found": lambda page: page.goto("/entries?q=fap"),
    "entry": lambda page: page.goto(PATH),
    "entry-note": with_note,
    "entry-mistakes": with_mistakes,
    "new-entry": lambda page: page.goto("/new-entry"),
}


@pytest.fixture(scope="module", autouse=True)
def warm(desk):  # noqa: F811
    """The desk has read all languages, which takes long where much else runs."""
    with httpx2.Client(timeout=180, trust_env=False, auth=("anna", PASSWORD)) as client:
        assert client.get(f"{desk.url}{PATH}").status_code == 200


@pytest.fixture(autouse=True)
def as_in_the_beginning(desk):  # noqa: F811
    yield
    git(desk.root, "reset", "--quiet", "--hard", git(desk.root, "rev-list", "--max-parents=0", "HEAD").strip())


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(editor, axe, name: str, language: str):  # noqa: F811
    page = editor(locale=f"{language}-DE")
    page.add_init_script(axe)
    PAGES[name](page)
    assert found_in_every_scheme(page, f"{name}-{{scheme}}-{language}") == {}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [320, 1100])
def test_everything_has_room_and_can_be_hit(editor, name: str, width: int):  # noqa: F811
    page = editor(viewport={"width": width, "height": 700})
    PAGES[name](page)
    assert too_small(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [320, 1100])
def test_all_entries_are_a_few_screens_and_a_topic_is_opened_with_the_keyboard(editor, width: int):  # noqa: F811
    page = editor(viewport={"width": width, "height": 700}, java_script_enabled=False)
    page.goto("/entries")
    height = page.locator("main").bounding_box()["height"]
    assert height < 2_000
    page.locator("summary", has_text="Familiennachzug").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    link = page.locator(":focus")
    expect(link).to_be_visible()
    assert link.get_attribute("href").startswith("/entry/ask_family/")
    assert page.locator("main").bounding_box()["height"] > height
    page.locator("#q").fill("REAG")
    page.keyboard.press("Enter")
    page.wait_for_url("**/entries?q=REAG")
    expect(page.locator("details a").first).to_be_visible()


def test_a_note_is_begun_and_shown_in_the_answer(editor, desk):  # noqa: F811
    page = editor(java_script_enabled=False)
    with_note(page)
    page.locator("[name='note.de']").fill("Das gilt auch für Pflegekinder.")
    page.locator("[name='note.en']").fill("This holds for foster children too.")
    page.locator("[name='note_sources']").fill("fa-d-add")
    page.get_by_role("button", name="Speichern").click()
    expect(page.locator("[role=status]").first).to_have_text("Gespeichert.")
    expect(page.locator("article.shown[lang=de]")).to_contain_text("Das gilt auch für Pflegekinder.")
    assert load(desk.root / "knowledge").entries[ENTRY].note.citations[0].source == "fa-d-add"


def test_mistakes_are_said_while_somebody_types(editor):  # noqa: F811
    page = editor()
    page.goto(PATH)
    head = page.locator("#found-head")
    expect(head).to_have_text("Die Prüfung hat nichts gefunden.")
    page.locator("[name='contacts']").fill("nobody")
    expect(head).to_have_text("Zu beachten: 1", timeout=30_000)
    expect(page.locator("#found li")).to_contain_text("der Kontakt „nobody“ steht nicht in contacts.yml")
    # The place where somebody types stays.
    assert page.evaluate("document.activeElement.name") == "contacts"
    page.locator("[name='contacts']").fill("fap")
    expect(head).to_have_text("Die Prüfung hat nichts gefunden.", timeout=30_000)


def test_two_editors_at_once_and_a_second_pair_of_eyes(editor, desk):  # noqa: F811
    anna, berta = editor("anna"), editor("berta")
    anna.goto(PATH)
    berta.goto(PATH)
    assert anna.locator("article.shown").count() == len(LANGUAGES)
    anna.locator("[name='answer.de']").fill("Das FAP hilft Angehörigen im Ausland; ausgesetzt ist es bis {until}.")
    anna.get_by_role("button", name="Vorschau").click()
    expect(anna.locator("article.shown[lang=de]")).to_contain_text("ausgesetzt ist es bis 23. Juli 2027.")
    anna.get_by_role("button", name="Speichern").click()
    expect(anna.locator("[role=status]").first).to_have_text("Gespeichert.")
    # Berta has still the page of before.
    berta.locator("[name='answer.de']").fill("Meine Worte bis {until}.")
    berta.get_by_role("button", name="Speichern").click()
    expect(berta.get_by_role("heading", level=1)).to_have_text("Inzwischen geändert")
    expect(berta.locator("main")).to_contain_text("Meine Worte")
    expect(berta.locator("main")).to_contain_text("Das FAP hilft Angehörigen im Ausland")
    # Anna cannot approve her own text; Berta can, who has read it.
    anna.get_by_role("button", name="Freigeben: Deutsch").click()
    expect(anna.locator("#found li").first).to_contain_text("freigeben muss es eine andere Person")
    berta.goto(PATH)
    berta.get_by_role("button", name="Freigeben: Deutsch").click()
    expect(berta.locator("[role=status]").first).to_have_text("Freigegeben.")
    expect(berta.locator("article.shown[lang=de]")).to_contain_text("Geprüft von der IOM Deutschland am")
    assert git(desk.root, "log", "-2", "--format=%an").split() == ["berta", "anna"]
    assert load(desk.root / "knowledge").entries[ENTRY].approved["de"].by == "berta"
