"""A person with a browser: opens the chat, asks, reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser import places

OPEN = {language: places.texts(language)["launcher"] for language in ("de", "en")}
FIELD = {language: places.texts(language)["field"] for language in ("de", "en")}
WATCH = """
window.seen = { violations: [], announced: [] };
document.addEventListener("securitypolicyviolation", (event) =>
  seen.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""
STORED = "() => [...Object.entries(sessionStorage), ...Object.entries(localStorage)].map(([key]) => key)"
# What a screen reader would announce: nodes added to the log, unless the nearest live region is off.
LISTEN = """
() => {
  const log = document.querySelector("iom-assistant").shadowRoot.querySelector("[role=log]");
  const note = (node) => {
    const region = node.parentElement.closest("[aria-live]");
    const own = node.nodeType === 1 && node.getAttribute("aria-live");
    if (region.getAttribute("aria-live") !== "off" && own !== "off") seen.announced.push(node.textContent);
  };
  new MutationObserver((records) => records.forEach((record) => record.addedNodes.forEach(note)))
    .observe(log, { childList: true, subtree: true });
}
"""


AXE = """async ([place, runOnly, without]) => {
  const rules = without ? { [without]: { enabled: false } } : {};
  const { violations } = await axe.run(place, { runOnly, rules, resultTypes: ["violations"] });
  const where = (node) => `${node.target.flat().join(" ")} ${node.failureSummary}`;
  return violations.map((violation) => `${violation.id}: ${violation.nodes.map(where).join(" | ")}`);
}"""


def until(page: Page, condition: Callable[[], bool], milliseconds: int = 20_000) -> None:
    """Waits for a condition that the browser brings about."""
    for _ in range(milliseconds // 50):
        if condition():
            return
        page.wait_for_timeout(50)
    assert condition()


class Visitor:
    """Drives one page; `another_tab` opens more pages of the same profile."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context, self.url = context, url
        self.errors: list[str] = []
        self.requests: list[str] = []
        context.add_init_script(WATCH)
        context.on("request", lambda request: self.requests.append(request.url))
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        self.page: Page = context.new_page()

    def go(self, path: str = "/") -> Visitor:
        self.page.goto(self.url + path)
        self.page.wait_for_function("() => !!customElements.get('iom-assistant')")
        return self

    def another_tab(self, path: str = "/") -> Visitor:
        tab = Visitor.__new__(Visitor)
        tab.context, tab.url, tab.errors, tab.requests = self.context, self.url, self.errors, self.requests
        tab.page = self.context.new_page()
        return tab.go(path)

    def open(self, language: str = "de") -> Visitor:
        self.button(OPEN[language]).click()
        expect(self.panel).to_be_visible()
        return self

    def ask(self, text: str, wait: bool = True) -> Locator:
        """Types a question and sends it; returns the newest answer once it has appeared."""
        count = self.answers.count()
        self.field.fill(text)
        self.field.press("Enter")
        if wait:
            expect(self.answers).to_have_count(count + 1, timeout=20_000)
        return self.answers.last

    def more(self) -> Locator:
        """Opens what else is offered below the newest answer; returns it."""
        self.answers.last.locator(".tools-row > :last-child").click()
        offered = self.answers.last.locator(".more")
        expect(offered).to_be_visible()
        return offered

    def have_more(self) -> Visitor:
        """Waits until what few visitors need has been loaded, as it is after the first answer."""
        expect(self._at(places.MORE_LOADED)).to_be_attached()
        return self

    def listen(self) -> None:
        """Starts recording announcements."""
        self.page.evaluate(LISTEN)

    @property
    def announced(self) -> list[str]:
        return self.page.evaluate("seen.announced")

    @property
    def stored(self) -> list[str]:
        return self.page.evaluate(STORED)

    @property
    def panel(self) -> Locator:
        return self.page.get_by_role("dialog")

    @property
    def launcher(self) -> Locator:
        return self._at(places.LAUNCHER)

    @property
    def field(self) -> Locator:
        return self._at(places.FIELD)

    @property
    def answers(self) -> Locator:
        return self._at(places.ANSWER)

    @property
    def said(self) -> Locator:
        return self._at(places.SAID)

    @property
    def alert(self) -> Locator:
        return self._at(places.ALERT)

    def speak(self, language: str) -> None:
        """Chooses a language by its own name."""
        self._at(places.LANGUAGE).select_option(label=language)

    def _at(self, place: str) -> Locator:
        return self.page.locator(f"{places.ELEMENT} {place}")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def open_menu(self) -> None:
        """Opens the menu, and waits until it is there."""
        self._at(places.MENU).click()
        expect(self._at("#menu")).to_be_visible()

    def menu(self, name: str) -> None:
        """Opens the menu and chooses an item."""
        self._at(places.MENU).click()
        self.button(name).click()

    def violations(self, rules: Any, place: str = "html", without: str = "") -> list[str]:
        """Violations found by axe-core, which was loaded before the page, except those of one rule."""
        return self.page.evaluate(AXE, [place, rules, without])

    def in_root(self, code: str) -> Any:
        """Runs code in which `root` is the element's shadow root."""
        return self.page.evaluate(
            f"() => {{ const root = document.querySelector('iom-assistant').shadowRoot; {code} }}"
        )

    def focused(self) -> Any:
        """The focused element, by its id, label or text."""
        return self.page.evaluate(
            """() => { let at = document.activeElement;
               while (at && at.shadowRoot && at.shadowRoot.activeElement) at = at.shadowRoot.activeElement;
               return at ? at.id || at.ariaLabel || at.textContent.trim() : null; }"""
        )

    def problems(self) -> list[str]:
        """Errors on any page of the profile, and everything that its content security policy blocked."""
        violations = [v for page in self.context.pages for v in page.evaluate("window.seen ? seen.violations : []")]
        return [*self.errors, *violations]
