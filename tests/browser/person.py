"""A person in any browser: sees what is shown, presses where it is, types, reads. Needs no more than WebDriver."""

from __future__ import annotations

from typing import Any

from tests.browser.places import (
    ANSWER,
    CONFIRMATION,
    ELEMENT,
    FIELD,
    LAUNCHER,
    MENU,
    PANEL,
    SUGGESTION,
    texts,
)
from tests.support.wait import until
from tests.support.webdriver import Tab

# Generous, since a browser may be slow on a busy machine; what never appears still fails.
SECONDS = 30.0
# What every script may use: the element's shadow root, and what a person sees in it.
SIGHT = f"""
const root = document.querySelector("{ELEMENT}")?.shadowRoot;
const shown = (node) => node.getClientRects().length > 0 && getComputedStyle(node).visibility === "visible";
const nameOf = (node) => (node.getAttribute("aria-label") ?? node.textContent).trim().replace(/\\s+/g, " ");
const all = (places) => (root ? [...root.querySelectorAll(places)].filter(shown) : []);
const one = (places, name) => all(places).find((node) => name === null || nameOf(node) === name);
const under = (x, y) => {{
  let found = document.elementFromPoint(x, y);
  while (found?.shadowRoot) found = found.shadowRoot.elementFromPoint(x, y) ?? null;
  return found;
}};
const focused = () => {{
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at;
}};
"""
# The middle of what was found, once it is in view; null where something else lies above it.
MIDDLE = """
const found = one(arguments[0], arguments[1] ?? null);
if (!found) return null;
found.scrollIntoView({ block: "nearest" });
await new Promise((next) => requestAnimationFrame(next));
const { x, y, width, height } = found.getBoundingClientRect();
const middle = [x + width / 2, y + height / 2];
return found.contains(under(...middle)) ? middle : null;
"""
AXE = """
const { violations } = await axe.run(document, { runOnly: arguments[0], resultTypes: ["violations"] });
return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.flat().join(" ")).join(" | ")}`);
"""
CHOOSE = """
const list = one(arguments[0], null);
list.value = arguments[1];
list.dispatchEvent(new Event("change", { bubbles: true }));
"""


TITLE = """
const panel = root.querySelector(arguments[0]);
const label = panel.getAttribute("aria-label");
return label ?? root.getElementById(panel.getAttribute("aria-labelledby")).textContent.trim();
"""


class Person:
    """Uses one tab."""

    def __init__(self, tab: Tab, url: str) -> None:
        self.tab, self.url = tab, url

    def go(self, path: str) -> Person:
        self.tab.go(self.url + path)
        self.wait("return !!root")
        return self

    def see(self, script: str, *arguments: Any) -> Any:
        """What a script finds, which may use all of SIGHT."""
        return self.tab.run(SIGHT + script, *arguments)

    def wait(self, script: str, *arguments: Any) -> Any:
        """What a script finds, as soon as that is something."""
        return until(lambda: self.see(script, *arguments), SECONDS, lambda: f"{script} {arguments}")

    def press(self, place: str, name: str | None = None) -> None:
        """Presses what is shown at a place, if nothing covers it."""
        self.tab.click(*self.wait(MIDDLE, place, name))

    def button(self, name: str) -> None:
        """Presses the button with a name."""
        self.press("button", name)

    def open(self) -> Person:
        self.press(LAUNCHER)
        self.wait("return one(arguments[0], null) && one(arguments[1], null)", PANEL, SUGGESTION)
        return self

    def write(self, text: str) -> None:
        """Types into the field."""
        self.press(FIELD)
        self.tab.write(text)

    def ask(self, text: str) -> str:
        """Types a question and presses Enter; returns the newest answer once it is there."""
        count = self.count(ANSWER)
        self.write(text)
        self.tab.press("Enter")
        self.wait_for(ANSWER, count + 1)
        return self.last(ANSWER)

    def open_menu(self) -> None:
        """Opens the menu, and waits until it is there."""
        self.press(MENU)
        self.wait("return all(arguments[0]).length > 0", "#menu button")

    def menu(self, key: str, language: str = "de") -> None:
        """Chooses an entry of the menu."""
        self.press(MENU)
        self.button(texts(language)[key])

    def delete(self) -> None:
        """Has the chat deleted."""
        self.menu("delete")
        self.press(f"{CONFIRMATION} button", texts("de")["deleteConfirm"])

    def speak(self, place: str, language: str) -> None:
        """Chooses a language from the list."""
        self.see(CHOOSE, place, language)

    @property
    def title(self) -> str:
        """The name of the panel."""
        return str(self.see(TITLE, PANEL))

    def count(self, place: str) -> int:
        return int(self.see("return all(arguments[0]).length", place))

    def wait_for(self, place: str, count: int) -> None:
        """Waits until so many are shown."""
        self.wait("return all(arguments[0]).length === arguments[1]", place, count)

    def last(self, place: str) -> str:
        """The text of the last that is shown."""
        return str(self.see("return all(arguments[0]).at(-1).innerText", place))

    def shows(self, place: str) -> bool:
        return self.count(place) > 0

    def focus(self, place: str, name: str | None = None) -> None:
        """Puts the focus there, as Tab would have."""
        self.see("one(arguments[0], arguments[1]).focus()", place, name)

    def has_focus(self, place: str) -> bool:
        return bool(self.see("return focused()?.matches(arguments[0]) ?? false", place))

    def box(self, place: str) -> dict[str, float]:
        """The rectangle of the first that is shown, in the window."""
        found: dict[str, float] = self.see("return one(arguments[0], null).getBoundingClientRect().toJSON()", place)
        return found

    def style(self, place: str, name: str) -> str:
        """A computed style of the first that is shown."""
        return str(self.see("return getComputedStyle(one(arguments[0], null))[arguments[1]]", place, name))

    def load_axe(self, source: str) -> None:
        """Makes axe-core available on this page."""
        if not self.tab.run("return typeof axe === 'object'"):
            self.tab.run(source)

    def violations(self, tags: list[str]) -> list[str]:
        """What axe-core finds."""
        found: list[str] = self.tab.run(AXE, tags)
        return found

    def troubles(self) -> list[str]:
        """What went wrong on this page: errors, and violations of its policy; pages must load `watch.js` first."""
        found: list[str] = self.tab.run("return window.seen.troubles")
        return found
