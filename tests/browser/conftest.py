"""Real browsers and a scripted front."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from assistant.core.paths import ROOT
from tests.browser import host_pages
from tests.browser.person import Person
from tests.browser.scripted_front import ScriptedFront, a_fact
from tests.browser.visitor import Visitor
from tests.support.browsers import BROWSERS, MissingError
from tests.support.npm import install
from tests.support.webdriver import Tab

# Generous, since a page may be slow on a busy machine; what never appears still fails.
expect.set_options(timeout=20_000)
AXE = ROOT / "widget" / "node_modules" / "axe-core" / "axe.min.js"


def launched(playwright: Playwright, *arguments: str) -> Browser:
    """Debian's Chromium, with these arguments."""
    path = shutil.which("chromium")
    if not path:
        pytest.skip("there is no chromium here; Debian's package of that name has it")
    return playwright.chromium.launch(executable_path=path, args=["--no-sandbox", *arguments])


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Playwright, which runs once in a process."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def chromium(playwright) -> Iterator[Browser]:
    """Debian's Chromium as it is set at first."""
    browser = launched(playwright)
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def scripted_front() -> Iterator[ScriptedFront]:
    front = ScriptedFront()
    front.start()
    yield front
    front.stop()


@pytest.fixture
def front(scripted_front) -> ScriptedFront:
    """The scripted front, answering every question with a fact in the requested language."""
    scripted_front.reset()
    scripted_front.script.answer = lambda text, language: a_fact(text, language)
    return scripted_front


@pytest.fixture
def visitor_of(chromium) -> Iterator[Callable[..., Visitor]]:
    """Creates visitors, each with a browser profile; checks at the end that none saw an error or a policy violation."""
    visitors: list[Visitor] = []

    def make(url: str, **context) -> Visitor:
        visitors.append(Visitor(chromium.new_context(**{"locale": "de-DE", **context}), url))
        return visitors[-1]

    yield make
    wrong = [problem for visitor in visitors for problem in visitor.problems()]
    for visitor in visitors:
        visitor.context.close()
    assert wrong == []


@pytest.fixture
def visitor(visitor_of, front) -> Visitor:
    """A visitor on the German demo page, with the panel still closed."""
    return visitor_of(front.url).go("/")


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, installed from the lock file."""
    install(ROOT / "widget")
    return AXE.read_text("utf-8")


@pytest.fixture(
    scope="session",
    # Each browser is started once, by the one worker that has all of its tests.
    params=[pytest.param(name, marks=pytest.mark.xdist_group(f"browser-{name}")) for name in BROWSERS],
)
def tab(request) -> Iterator[Tab]:
    """A tab of each browser that Debian has."""
    with ExitStack() as stack:
        try:
            started = stack.enter_context(BROWSERS[request.param]())
        except MissingError as missing:
            pytest.skip(str(missing))
        yield started


@pytest.fixture
def own_front() -> Iterator[ScriptedFront]:
    """A scripted front at an address of its own, where the browser has nothing stored; it serves the host pages."""
    front = ScriptedFront()
    front.script.answer = lambda text, language: a_fact(text, language)
    host_pages.serve(front)
    front.start()
    yield front
    front.stop()


@pytest.fixture
def person(tab, own_front) -> Iterator[Person]:
    """A person with one of the three browsers; checks at the end that no page had an error or broke its policy."""
    tab.resize(1100, 900)
    yield Person(tab, own_front.url)
    tab.enter_frame(None)
    troubles = tab.run("return window.seen?.troubles ?? []")
    tab.go("about:blank")
    assert troubles == []
