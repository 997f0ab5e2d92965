"""The desk's page on quality in a real browser: accessible, drawn, and without a line that its policy forbids."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest

from assistant.desk.app import application
from assistant.desk.settings import settings_from
from assistant.front.store.schema import database
from assistant.front.store.tallies import Tallies, Tally
from tests.browser.pictures import keep_picture
from tests.browser.test_accessibility import TAGS
from tests.fakes.front import served
from tests.unit.desk.conftest import checkout

NOW = datetime.datetime.now(datetime.timezone.utc).date()
FAP, DTM = "ask_figures/fap_reached", "ask_data/dtm"
SCHEMES = ({"color_scheme": "light"}, {"color_scheme": "dark"}, {"color_scheme": "light", "forced_colors": "active"})


def count(url):
    """Some weeks of questions in three languages."""
    tallies = Tallies(database(url))
    for week in range(6):
        day = (NOW - datetime.timedelta(weeks=week)).isoformat()
        for language, entry, outcome, number in (
            ("de", FAP, "answered", 40 - 5 * week),
            ("de", "", "held_back", 9 + week),
            ("uk", DTM, "answered", 14),
            ("uk", DTM, "asked_back", 6),
            ("ar", "crisis/danger", "crisis", 2),
            ("de", FAP, "helpful", 4),
            ("uk", DTM, "unhelpful", 3),
        ):
            tally = Tally(f"model{week // 3} texts{week}", language, entry.partition("/")[0], entry, outcome)
            tallies.count([tally] * number, day)


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    data = tmp_path_factory.mktemp("desk")
    root = checkout(tmp_path_factory.mktemp("checkout"))
    settings = replace(settings_from({"ASSISTANT_DATA": str(data)}), root=root)
    count(settings.database)
    with served(application(settings)) as address:
        yield address, {"X-Desk-Secret": settings.secret, "X-Forwarded-User": "anna"}


@pytest.fixture
def opened(desk, chromium, axe):
    """Opens a page of the desk as the login proxy passes it on, in a window of a size."""
    address, headers = desk
    contexts = []

    def opening(path, language, **options):
        context = chromium.new_context(extra_http_headers=headers, locale=language, **options)
        contexts.append(context)
        context.add_init_script(axe)
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text) if complains(message) else None)
        assert page.goto(address + path).status == 200
        return page

    yield opening
    for context in contexts:
        context.close()


def complains(message):
    """Whether the browser reports an error, such as a file that is not there."""
    return message.type == "error"


def violations(page, rules=None):
    """What axe finds."""
    options = {"runOnly": rules or TAGS}
    found = page.evaluate("async options => (await axe.run(document, options)).violations", options)
    return [f"{one['id']}: {[node['html'] for node in one['nodes']][:3]}" for one in found]


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("width", [320, 1200])
def test_axe_finds_nothing_whatever_the_colours_and_the_width(opened, language, width):
    page = opened("/quality?days=90", language, viewport={"width": width, "height": 900})
    page.locator("summary").click()
    for number, scheme in enumerate(SCHEMES):
        page.emulate_media(**{"forced_colors": "none", **scheme})
        keep_picture(page, f"desk-quality-{width}-{number}-{language}", full_page=True)
        assert violations(page) == []
        if "forced_colors" not in scheme:
            assert violations(page, {"type": "rule", "values": ["color-contrast-enhanced"]}) == []
    assert page.complaints == []


def test_nothing_is_wider_than_a_narrow_window(opened):
    page = opened("/quality?days=365", "de", viewport={"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_bars_are_drawn_in_the_colours_of_the_legend(opened):
    page = opened("/quality?days=90", "en", viewport={"width": 1200, "height": 900})
    fills = page.evaluate("[...document.querySelectorAll('.bar-of rect')].map(one => getComputedStyle(one).fill)")
    legend = page.evaluate("[...document.querySelectorAll('.swatch rect')].map(one => getComputedStyle(one).fill)")
    assert len(set(legend)) == 4
    assert set(fills) == set(legend)
    boxes = page.evaluate(
        "[...document.querySelectorAll('.columns rect')].map(one => one.getBoundingClientRect().height)"
    )
    assert len(boxes) >= 6 * 3
    assert max(boxes) > 40


def test_time_and_language_are_chosen_by_keyboard(opened):
    page = opened("/quality", "en")
    page.get_by_label("Language of the questions").focus()
    page.keyboard.type("Ukr")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**spoken=uk**")
    assert page.get_by_label("Language of the questions").input_value() == "uk"


def test_targets_are_large_enough(opened):
    page = opened("/quality", "de", viewport={"width": 800, "height": 900})
    small = page.evaluate(
        "[...document.querySelectorAll('main a, main button, main select, main summary')]"
        ".filter(one => one.getBoundingClientRect().height < 44 || one.getBoundingClientRect().width < 44)"
        ".map(one => one.outerHTML)"
    )
    assert small == []


def test_the_public_file_opens_by_itself(opened, chromium, tmp_path, axe):
    page = opened("/quality", "de")
    # Asked for as the link says; the browser leaves the headers out of downloads that here stand for the login proxy.
    link = page.get_by_role("link", name="Datei speichern").get_attribute("href")
    path = tmp_path / "quality.html"
    path.write_bytes(page.context.request.get(page.url.partition("/quality")[0] + link).body())
    context = chromium.new_context(offline=True)
    context.add_init_script(axe)
    alone = context.new_page()
    alone.goto(path.as_uri())
    assert alone.title() == "Wie gut der Assistent antwortet"
    assert alone.locator(".columns rect").count() > 3
    assert alone.evaluate("getComputedStyle(document.querySelector('.columns .answered')).fill") != "rgb(0, 0, 0)"
    assert violations(alone) == []
    context.close()
