"""How fast the website element is in three browsers, and how much of its panel an answer has.

`.venv/bin/python -m benchmarks.widget` asks a scripted front, which answers at once: what is left is the element, the
browser and the way between them. `--url http://127.0.0.1:5080` asks a running front instead. Compare only runs made on
the same machine, one after the other.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.browser import host_pages
from tests.browser.person import Person
from tests.browser.places import ANSWER, FIELD, LAUNCHER, PANEL, SUGGESTION
from tests.browser.scripted_front import SOURCE, STARTERS, Event, ScriptedFront, answer, part
from tests.support.browsers import BROWSERS, MissingError, chromium, tell_chromium
from tests.support.webdriver import Tab

TIMES = 8
SIX_TIMES = 6
QUESTION = "Was ist die IOM?"
TEXT = (
    "Die Internationale Organisation für Migration (IOM) ist die Organisation der Vereinten Nationen für Migration. "
    "Sie wurde 1951 gegründet und hat 175 Mitgliedstaaten. In Deutschland arbeitet sie seit 1954 und hilft Menschen, "
    "die zu ihrer Familie wollen, zurückkehren möchten oder aufgenommen werden."
)
# Milliseconds from an event until what it brings about has been painted: the frame after the change is done.
TIMED = """
const [type, wanted, many] = arguments;
let begun = 0;
window.timed = null;
addEventListener(type, (event) => { if (type === "click" || event.key === "Enter") begun ||= event.timeStamp; }, true);
const before = all(wanted).length;
const look = () => {
  if (!begun || all(wanted).length < before + many) return;
  watch.disconnect();
  requestAnimationFrame(() => setTimeout(() => (window.timed = performance.now() - begun)));
};
const watch = new MutationObserver(look);
watch.observe(root, { childList: true, subtree: true, attributes: true, characterData: true });
"""
# Heights, in pixels: of the panel; of the part that scrolls, as far as it is seen; of the last answer; of what is seen
# of that, nothing lying above it; of its text; of its evidence.
ROOM = """
const answer = all(arguments[0]).at(-1);
const panel = one(arguments[1], null).getBoundingClientRect();
const scrolls = (node) => /auto|scroll/.test(getComputedStyle(node).overflowY);
let area = answer.parentElement;
while (area.parentElement && !scrolls(area)) area = area.parentElement;
const seen = area.getBoundingClientRect();
const room = Math.min(seen.bottom, panel.bottom, innerHeight) - Math.max(seen.top, panel.top, 0);
const rows = Array.from({ length: Math.floor(panel.height) }, (_, row) => Math.max(panel.top, 0) + row + 0.5);
const x = answer.getBoundingClientRect().x + answer.clientWidth / 2;
const text = [...answer.querySelectorAll("p")].find((node) => node.textContent.includes(arguments[2]));
const evidence = [...answer.querySelectorAll("[part~=evidence], .other-sources")].filter(shown);
const height = (nodes) => nodes.reduce((sum, node) => sum + node.getBoundingClientRect().height, 0);
return {
  panel: panel.height,
  room,
  answer: height([answer]),
  seen: rows.filter((row) => answer.contains(under(x, row))).length,
  text: text ? height([text]) : 0,
  evidence: height(evidence.filter((node) => !evidence.some((other) => other !== node && other.contains(node)))),
};
"""
# Starters that are seen whole.
STARTERS_SEEN = """
const panel = one(arguments[1], null).getBoundingClientRect();
const middle = (node) => {
  const { x, y, width, height } = node.getBoundingClientRect();
  return [[x + width / 2, y + 3], [x + width / 2, y + height - 3]];
};
return all(arguments[0]).filter((node) => middle(node).every((point) => node.contains(under(...point)))).length;
"""


COLUMNS = (
    *("window", "panel", "that scrolls", "answer seen", "answer", "text", "evidence", "rest"),
    *("seen of panel", "starters seen"),
)


@dataclass(frozen=True)
class Window:
    """What a person sees of a page, in pixels of the page."""

    name: str
    width: int
    height: int
    text_size: int = 16


WINDOWS = (
    Window("360×740", 360, 740),
    Window("360×400, above a keyboard", 360, 400),
    Window("1366×625", 1366, 625),
    Window("1366×625 at 150 %", 911, 417),
    Window("1366×625, text at 200 %", 1366, 625, text_size=32),
    Window("1920×1080", 1920, 1080),
)


@dataclass(frozen=True)
class Speed:
    """Milliseconds, each the median of TIMES."""

    to_starters: float
    to_answer: float


@dataclass(frozen=True)
class Room:
    """Heights in pixels, and the number of starters seen on opening."""

    panel: float
    room: float
    answer: float
    seen: float
    text: float
    evidence: float
    starters: int

    @property
    def row(self) -> str:
        rest = self.answer - self.text - self.evidence
        heights = (self.panel, self.room, self.seen, self.answer, self.text, self.evidence, rest)
        share = f"{self.seen / self.panel:.0%}"
        return " | ".join([*(f"{height:.0f}" for height in heights), share, str(self.starters)])


def main() -> int:
    """0 if every browser that was asked for could be measured."""
    asked = _asked()
    with _front(asked.url) as url:
        print("| browser | open to starters | Enter to answer painted | load |\n|---|---|---|---|")
        missing = [not _times(name, url) for name in asked.browsers]
        print(f"\n| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
        for window in WINDOWS:
            print(f"| {window.name} | {_room(window, url).row} |", flush=True)
    return int(any(missing))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="a running front; default: a scripted one")
    parser.add_argument("--browsers", nargs="*", default=list(BROWSERS), choices=list(BROWSERS))
    return parser.parse_args()


@contextmanager
def _front(url: str | None) -> Iterator[str]:
    """The address of a page with the element."""
    if url:
        yield url.rstrip("/") + "/"
        return
    front = ScriptedFront()
    front.script.answer = lambda *_: _an_answer()
    host_pages.serve(front)
    front.start()
    try:
        yield f"{front.url}/pages/plain"
    finally:
        front.stop()


def _an_answer() -> Event:
    """As long as answers are: 40 words, four sources, three suggestions."""
    sources = [{**SOURCE, "title": f"{SOURCE['title']} ({number})"} for number in range(4)]
    return answer(part(TEXT, sources=sources), heading="Dazu passt:", suggestions=[*STARTERS["de"], "Wer hilft mir?"])


def _times(name: str, url: str) -> bool:
    try:
        with BROWSERS[name]() as tab:
            tab.resize(1366, 900)
            _print_speed(name, tab, url)
            if name == "chromium":
                tell_chromium(tab, "Emulation.setCPUThrottlingRate", rate=SIX_TIMES)
                _print_speed("chromium, six times slower", tab, url)
    except MissingError as missing:
        print(f"| {name} | {missing} | | |")
        return False
    return True


def _print_speed(label: str, tab: Tab, url: str) -> None:
    speed, load = _speed(Person(tab, url)), os.getloadavg()[0]
    print(f"| {label} | {speed.to_starters:.0f} ms | {speed.to_answer:.0f} ms | {load:.1f} |", flush=True)


def _speed(person: Person) -> Speed:
    starters = [_time_to_starters(person) for _ in range(TIMES)]
    _fresh(person).open()
    person.ask(QUESTION)
    return Speed(statistics.median(starters), statistics.median(_time_to_answer(person) for _ in range(TIMES)))


def _time_to_starters(person: Person) -> float:
    _fresh(person).see(TIMED, "click", SUGGESTION, 1)
    person.press(LAUNCHER)
    return float(person.wait("return window.timed"))


def _time_to_answer(person: Person) -> float:
    person.write(QUESTION)
    person.see(TIMED, "keydown", ANSWER, 1)
    person.tab.press("Enter")
    took = float(person.wait("return window.timed"))
    # What follows an answer without being announced is no part of the next one.
    person.wait("await new Promise((next) => setTimeout(next, 1500)); return one(arguments[0], null)", FIELD)
    return took


def _fresh(person: Person) -> Person:
    """The page as somebody finds it who has never been there."""
    person.go("")
    person.see("addEventListener('pagehide', () => sessionStorage.clear()); sessionStorage.clear()")
    return person.go("")


def _room(window: Window, url: str) -> Room:
    """What a window of Chromium shows of an answer."""
    with chromium(f"--blink-settings=defaultFontSize={window.text_size}") as tab:
        size = {"width": window.width, "height": window.height, "deviceScaleFactor": 1, "mobile": False}
        tell_chromium(tab, "Emulation.setDeviceMetricsOverride", **size)
        person = Person(tab, url).go("").open()
        starters = int(person.see(STARTERS_SEEN, SUGGESTION, PANEL))
        person.ask(QUESTION)
        person.wait("await new Promise((next) => setTimeout(next, 1500)); return one(arguments[0], null)", ANSWER)
        first_words = person.see("return all(arguments[0]).at(-1).querySelector('p:not(.unseen)').textContent", ANSWER)
        found = person.see(ROOM, ANSWER, PANEL, first_words[:40])
        return Room(**found, starters=starters)


if __name__ == "__main__":
    sys.exit(main())
