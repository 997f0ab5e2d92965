"""The desk's page "Try" in a real browser, with the real assistant behind it."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml

from assistant.desk.app import application
from assistant.desk.settings import settings_from
from assistant.launch import servers
from assistant.staff.corrections import NAME
from tests.browser.pictures import keep_picture
from tests.browser.test_desk_quality import SCHEMES, complains, violations
from tests.fakes.front import served
from tests.support.desk import checkout, git

HEADQUARTERS = "ask_iom/headquarters"
FUNDING = "ask_programmes/fap_funding"
LONGEST_WAIT_MS = 60_000


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return checkout(tmp_path_factory.mktemp("checkout"))


@pytest.fixture(scope="module")
def desk(root, assistant_port, tmp_path_factory):
    """The desk on a scratch checkout, which asks the running Rasa."""
    data = tmp_path_factory.mktemp("desk")
    rasa = (f"http://{servers.HOST}:{assistant_port}",)
    settings = replace(settings_from({"ASSISTANT_DATA": str(data)}), root=root, rasa=rasa)
    with served(application(settings)) as address:
        yield address, {"X-Desk-Secret": settings.secret, "X-Forwarded-User": "anna"}


@pytest.fixture
def opened(desk, chromium, axe):
    """Opens the page as the login proxy passes it on."""
    address, headers = desk
    contexts = []

    def opening(language="en", **options):
        context = chromium.new_context(extra_http_headers=headers, locale=language, **options)
        contexts.append(context)
        context.add_init_script(axe)
        page = context.new_page()
        page.set_default_timeout(LONGEST_WAIT_MS)
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text) if complains(message) else None)
        page.goto(f"{address}/try")
        return page

    yield opening
    for context in contexts:
        context.close()


def ask(page, text):
    """Asks as a person does, by keyboard."""
    page.locator("#text").fill(text)
    page.locator("#text").press("Tab")
    page.keyboard.press("Enter")
    page.locator("article.answer").wait_for()


def test_a_wrong_answer_is_found_and_noted(opened, root):
    page = opened()
    ask(page, "Wer bezahlt das Familienhilfeprogramm?")
    assert "Auswärtige Amt" in page.locator("article.answer").inner_text()
    reasons = page.locator("dl.why").inner_text()
    assert "Answered: this is meant with a probability of" in reasons
    assert FUNDING in reasons
    assert reasons.count("data/nlu/") == 3
    ask(page, "Und seit wann hilft es Familien?")
    assert "Wer bezahlt das Familienhilfeprogramm?" in page.locator("ol.earlier").inner_text()
    page.locator("summary", has_text="This answer is wrong").click()
    page.get_by_label("Right would be").fill(HEADQUARTERS)
    page.get_by_role("button", name="Note it").click()
    assert "Noted." in page.get_by_role("status").inner_text()
    (case,) = yaml.safe_load((root / NAME).read_text("utf-8"))
    assert (case["text"], case["want"], case["by"]) == ("Und seit wann hilft es Familien?", HEADQUARTERS, "anna")
    assert git(root, "log", "-1", "--format=%an").strip() == "anna"
    assert page.complaints == []


def test_each_of_several_questions_has_its_reason(opened):
    page = opened()
    ask(page, "Wer bezahlt das Familienhilfeprogramm? Und wo ist der Hauptsitz der IOM?")
    reasons = page.locator("dl.why").inner_text()
    first, second = (reasons.index(f"{number} of 2") for number in (1, 2))
    for part, entry in ((reasons[first:second], FUNDING), (reasons[second:], HEADQUARTERS)):
        assert part.count("is meant with a probability of") == 1
        assert entry in part
    keep_picture(page, "desk-try-several", full_page=True)


def test_a_suggestion_goes_on_with_the_conversation(opened):
    page = opened()
    ask(page, "Wer bezahlt das Familienhilfeprogramm?")
    suggestion = page.locator(".choices button").first
    label = suggestion.inner_text()
    suggestion.click()
    page.locator(".asked", has_text=label).wait_for()
    assert page.locator("ol.earlier li").count() == 1
    page.get_by_role("link", name="New conversation").click()
    assert page.locator("article.answer").count() == 0


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("width", [320, 1200])
@pytest.mark.parametrize("text", ["Ich will mich umbringen", "كيف يمكنني العودة طوعا إلى بلدي ومن يدفع تذكرة الطائرة؟"])
def test_axe_finds_nothing_whatever_the_colours_and_the_width(opened, language, width, text):
    page = opened(language, viewport={"width": width, "height": 900})
    ask(page, text)
    page.locator("details.wrong summary").click()
    for number, scheme in enumerate(SCHEMES):
        page.emulate_media(**{"forced_colors": "none", **scheme})
        name = f"desk-try-{width}-{number}-{language}-{'ar' if text > 'a' and text[0] > 'z' else 'de'}"
        keep_picture(page, name, full_page=True)
        assert violations(page) == []
        if "forced_colors" not in scheme:
            assert violations(page, {"type": "rule", "values": ["color-contrast-enhanced"]}) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    small = "[...document.querySelectorAll('main button, main input:not([type=hidden]), main summary, main .button')]"
    heights = page.evaluate(f"{small}.map(one => one.getBoundingClientRect().height)")
    assert min(heights) >= 44
    assert page.complaints == []
