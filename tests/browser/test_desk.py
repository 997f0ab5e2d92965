"""The desk in a real browser, behind the login proxy of docs/desk.md: every page, and an editor's whole way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from assistant.front.store.chats import Store
from assistant.front.store.schema import database
from assistant.front.store.unanswered import Unanswered, UnansweredRow
from tests.browser.pictures import keep_picture
from tests.browser.test_accessibility import SCHEMES, TAGS
from tests.browser.visitor import AXE
from tests.support.desk import PASSWORD, RunningDesk, git, running_desk

ENTRY = "ask_iom/migrant_definition"
CHOIR = "Wo finde ich einen Chor für Geflüchtete?"
EVIL = '<img src=x onerror="document.title=\'evil\'"><script>document.title="evil"</script>\u202e txet'
ASKED = (
    ("a", CHOIR, "de", "nothing"),
    ("b", "wo finde ich einen chor für geflüchtete", "de", "nothing"),
    ("c", "Chor für Geflüchtete?", "de", "rated_badly"),
    ("d", EVIL, "de", "held_back"),
    ("e", "من أين أحصل على جواز سفر؟ IOM", "ar", "asked_back"),
    ("f", None, "en", "nothing"),
)
ENHANCED = {"type": "rule", "values": ["color-contrast-enhanced"]}
TOO_SMALL = """() => [...document.querySelectorAll("a, button, input:not([type=hidden]), select, textarea, summary")]
  .filter((each) => !each.matches(".skip, p a, li > bdi a, h3 a") && each.checkVisibility())
  .map((each) => [each.outerHTML.slice(0, 80), each.getBoundingClientRect()])
  .filter(([, box]) => box.width < 43.5 || box.height < 43.5)
  .map(([html, box]) => `${html} ${box.width}x${box.height}`)"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Iterator[RunningDesk]:
    with running_desk(tmp_path_factory.mktemp("desk")) as running:
        yield running


@pytest.fixture
def queue(desk) -> Iterator[Unanswered]:
    """The open questions, asked anew for each test."""
    engine = database(desk.settings.database)
    store, queue = Store(engine), Unanswered(engine)
    for row in queue.open():
        store.erase(row.chat)
    for chat, text, language, reason in ASKED:
        name = f"{chat}{next(NUMBERS)}"
        store.open_chat(name, language, 100.0)
        queue.add(UnansweredRow(name, 1, 1_764_400_000.0, language, reason, text=text, topic="ask_iom", entry=ENTRY))
    yield queue
    engine.dispose()


NUMBERS = iter(range(10_000))


@pytest.fixture
def editor(chromium: Browser, desk) -> Iterator[Callable[..., Page]]:
    """Opens pages for people who log in; checks at the end that none had an error or broke its policy."""
    contexts, troubles = [], []

    def open_page(name: str = "anna", **settings) -> Page:
        given = {"locale": "de-DE", "viewport": {"width": 1100, "height": 820}, **settings}
        credentials = {"username": name, "password": PASSWORD}
        contexts.append(chromium.new_context(base_url=desk.url, http_credentials=credentials, **given))
        page = contexts[-1].new_page()
        # The first check of a question reads all training questions, which takes a while on a busy machine.
        page.set_default_timeout(120_000)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: troubles.append(said.text) if "Content Security" in said.text else None)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


def open_group(page: Page) -> None:
    """Opens the group of the most frequent question."""
    page.goto("/inbox")
    page.locator("ol.plain > li").first.get_by_role("button").first.click()
    page.wait_for_url("**/inbox/group")
    page.wait_for_load_state("load")


def refused_form(page: Page) -> None:
    """Sends questions that may not be learned."""
    open_group(page)
    page.locator("#questions").fill("Mein Name ist Kwame Boateng, was bin ich?\nGFK flüchtlingsbegriff")
    page.locator("form[action='/inbox/belongs'] button").click()
    expect(page.locator("[role=alert]")).to_be_visible()


PAGES: dict[str, Callable[[Page], object]] = {
    "inbox": lambda page: page.goto("/inbox"),
    "empty": lambda page: page.goto("/inbox?spoken=ko"),
    "group": open_group,
    "refused": refused_form,
    "due": lambda page: page.goto("/due"),
    "missing": lambda page: page.goto("/nothing"),
}


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(editor, queue, axe, name: str, language: str):
    page = editor(locale=f"{language}-DE")
    page.add_init_script(axe)
    PAGES[name](page)
    assert page.locator("html").get_attribute("lang") == language
    assert found_in_every_scheme(page, f"{name}-{{scheme}}-{language}") == {}


def too_small(page: Page) -> list[str]:
    """What somebody could not hit with a finger, once the page has its style.

    A page that a form has led to appears before its style sheet has loaded.
    """
    page.wait_for_load_state("load")
    return page.evaluate(TOO_SMALL)


def found_in_every_scheme(page: Page, name: str) -> dict[str, list[str]]:
    """What axe-core finds in each colour scheme, and with enhanced contrast; keeps a picture of each scheme."""
    page.wait_for_load_state("load")
    found = {}
    for scheme, media in SCHEMES.items():
        page.emulate_media(**{"color_scheme": "light", "forced_colors": "none", **media})
        keep_picture(page, f"desk-{name.format(scheme=scheme)}", full_page=True)
        found[scheme] = violations(page, TAGS)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, forced_colors="none")
        found[f"contrast in {scheme}"] = violations(page, ENHANCED)
    return {scheme: some for scheme, some in found.items() if some}


def violations(page: Page, rules: object) -> list[str]:
    """What axe-core finds on the whole page."""
    return page.evaluate(AXE.replace("axe.run(place,", "axe.run(document,"), [None, rules, None])


def test_axe_would_find_a_field_without_a_label(editor, queue, axe):
    page = editor()
    page.add_init_script(axe)
    page.goto("/inbox")
    page.evaluate("document.querySelectorAll('label').forEach((each) => each.remove())")
    assert any(each.startswith("select-name") for each in violations(page, TAGS))


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [320, 1100])
def test_everything_has_room_and_can_be_hit(editor, queue, name: str, width: int):
    page = editor(viewport={"width": width, "height": 700})
    PAGES[name](page)
    assert too_small(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_a_password_there_is_nothing_and_beside_the_proxy_neither(desk):
    with httpx2.Client(timeout=20, trust_env=False) as client:
        assert client.get(f"{desk.url}/inbox").status_code == 401
        assert client.get(f"{desk.url}/inbox", auth=("anna", "wrong")).status_code == 401
        forged = {"X-Forwarded-User": "anna"}
        assert client.get(f"{desk.unprotected}/inbox", headers=forged).status_code == 403
        forged["X-Desk-Secret"] = "0" * 64
        assert client.get(f"{desk.unprotected}/inbox", headers=forged).status_code == 403


def test_the_proxy_replaces_a_name_that_a_browser_sends(desk):
    forged = {"X-Forwarded-User": "berta", "X-Desk-Secret": "0" * 64, "Accept-Language": "en"}
    with httpx2.Client(timeout=20, trust_env=False, auth=("anna", PASSWORD)) as client:
        page = client.get(f"{desk.url}/inbox", headers=forged)
    assert "Signed in: anna" in page.text
    assert "berta" not in page.text


def test_an_editor_answers_a_question_with_the_keyboard_alone(editor, queue, desk):
    page = editor()
    page.goto("/inbox")
    expect(page.locator("ol.plain > li").first).to_contain_text("3-mal gefragt")
    page.locator("ol.plain > li").first.get_by_role("button", name="Beantworten").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Was wird aus dieser Frage?")
    assert page.locator("#entry").input_value() == ENTRY
    expect(page.locator("#questions")).to_have_value("")
    # As the visitor wrote it, it is refused.
    page.locator("#questions").fill(page.locator("#asked-as bdi").inner_text())
    page.locator("form[action='/inbox/belongs'] button").click()
    expect(page.locator("[role=alert]")).to_contain_text("Schreiben Sie es in eigenen Worten")
    page.locator("#questions").fill("Wen nennt ihr bei der IOM eigentlich Zugewanderte?")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[role=status]")).to_contain_text("nach dem nächsten Training")
    assert git(desk.root, "log", "-1", "--format=%an|%s").strip() == f"anna|Train {ENTRY} with 1 more in de"
    assert len(queue.open()) == 3


def test_what_visitors_wrote_stays_text(editor, queue):
    page = editor()
    for opened in (lambda: page.goto("/inbox"), lambda: page.get_by_role("button", name="Beantworten").nth(1).click()):
        opened()
        assert "evil" not in page.title()
        assert page.locator("bdi img, bdi script").count() == 0
    page.goto("/inbox?spoken=ar")
    arabic = page.locator("bdi.visitor").first
    assert arabic.evaluate("each => getComputedStyle(each).direction") == "rtl"
    assert arabic.get_attribute("lang") == "ar"


def test_of_two_editors_at_once_the_second_is_told(editor, queue, desk):
    anna, berta = editor("anna"), editor("berta")
    open_group(anna)
    open_group(berta)
    for page, question in (
        (anna, "Wer zählt nach eurer Auffassung als zugewandert?"),
        (berta, "Ist jemand auf der Durchreise für euch schon zugewandert?"),
    ):
        page.locator("#questions").fill(question)
        page.locator("form[action='/inbox/belongs'] button").click()
    expect(anna.locator("[role=status]")).to_contain_text("Gespeichert")
    expect(berta.get_by_role("heading", level=1)).to_have_text("Inzwischen geändert")
    expect(berta.locator("#mine + pre")).to_have_text("Ist jemand auf der Durchreise für euch schon zugewandert?")
    assert git(desk.root, "log", "-1", "--format=%an").strip() == "anna"


def test_the_language_can_be_changed_and_is_kept(editor, queue):
    page = editor()
    page.goto("/inbox?spoken=de")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Inbox")
    assert "spoken=de" in page.url
    page.get_by_role("link", name="Due").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Due")


def test_a_page_of_another_site_can_neither_frame_the_desk_nor_send_its_forms(editor, queue, desk, chromium):
    page = editor()
    page.goto("/inbox")
    keys = page.locator("input[name=keys]").first.input_value()
    token = page.locator("input[name=csrf]").first.input_value()
    # A page of another origin in the same browser, which has logged in. It even knows a good token.
    page.route("http://evil.example/*", lambda route: route.fulfill(content_type="text/html", body="<p>evil</p>"))
    page.goto("http://evil.example/")
    page.evaluate(
        """([action, keys, token]) => {
          const form = Object.assign(document.createElement("form"), { method: "post", action });
          for (const [name, value] of Object.entries({ keys, csrf: token, state: "ignored" }))
            form.append(Object.assign(document.createElement("input"), { name, value, type: "hidden" }));
          document.body.append(form);
          form.submit();
        }""",
        [f"{desk.url}/inbox/aside", keys, token],
    )
    expect(page.locator("main")).to_contain_text("kam nicht von dieser Seite")
    assert len(queue.open()) == len(ASKED)


def test_nothing_is_loaded_from_elsewhere_and_nothing_is_stored(editor, queue, desk):
    page = editor()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/inbox")
    page.goto("/due")
    assert asked
    assert all(re.match(re.escape(desk.url), url) for url in asked)
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert page.context.cookies() == []
