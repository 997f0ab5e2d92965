"""Try: the answer, the reasons, and what is noted as wrong, with an assistant that answers from a list."""

from __future__ import annotations

import re

import pytest
import yaml

from assistant.core.understanding import Understanding
from assistant.desk import trial as trials
from assistant.desk.pages import trial as page
from assistant.desk.trial import Trial
from assistant.dialogue.present import messages
from assistant.dialogue.why import why_of
from assistant.front.rasa.client import RasaReply
from assistant.knowledge import knowledge
from assistant.knowledge.examples import Example
from assistant.staff.corrections import NAME, outcome
from assistant.staff.nearest import Near
from tests.support.desk import git
from tests.unit.desk.conftest import Office
from tests.unit.dialogue.conftest import asking, message, reply_to
from tests.unit.staff.conftest import FAP, HEADQUARTERS

pytestmark = pytest.mark.slow

SEAT = "Wo ist hier eigentlich der Hauptsitz?"
HOSTILE = '"><script>alert(1)</script>\u202etxt'


def reply(*texts: str) -> RasaReply:
    """About the FAP after a question about it, and about the headquarters otherwise."""
    return reply_of(
        message(asking(FAP if "FAP" in " ".join(texts) else HEADQUARTERS, text=texts[-1], reason="0.87 ≥ 0.3"))
    )


def reply_of(said: Understanding) -> RasaReply:
    """The reply to a message as Rasa sends it."""
    given = reply_to(said)
    texts_and_buttons = [
        {name.replace("json_message", "custom"): value for name, value in one.items()}
        for one in messages(given, knowledge(), "rest")
    ]
    return RasaReply(texts_and_buttons, why_of(said, "model", "knowledge"))


@pytest.fixture(autouse=True)
def rasa(monkeypatch):
    """The conversations that were had; `answers` is False while the assistant is away."""
    had = []

    async def tried(addresses, text, before):
        had.append((*before, text))
        if not tried.answers:
            return None
        earlier = tuple(outcome(reply(*before[: n + 1]).envelope) for n in range(len(before)))
        return Trial(text, tuple(before), earlier, reply(*before, text))

    tried.answers, tried.had = True, had
    near = Near(Example("de", "data/nlu/de/ask_iom.yml", 7, HEADQUARTERS, "wo sitzt die iom"), 0.974)
    monkeypatch.setattr(page, "nearest", lambda text, folder: [near])
    for module in (page, trials):
        monkeypatch.setattr(module, "tried", tried)
    return tried


def ask(office: Office, path="/try", **form):
    return office.post(path, {"csrf": office.token(), **form})


def corrections_of(office: Office):
    return yaml.safe_load((office.settings.root / NAME).read_text("utf-8") or "[]")


@pytest.fixture(autouse=True)
def _clean(root):
    """Leaves the scratch checkout as it was found."""
    before = git(root, "rev-parse", "HEAD").strip()
    yield
    git(root, "reset", "--hard", "--quiet", before)


def test_the_answer_is_shown_with_its_reasons(office):
    answer = ask(office, text=SEAT)
    assert answer.status_code == 200
    assert "Route des Morillons" in answer.text
    assert "Answered: this is meant with a probability of 87%; 30% is enough." in answer.text
    for words in ("0.97", "wo sitzt die iom", "data/nlu/de/ask_iom.yml:7", HEADQUARTERS, "Where are the headquarters"):
        assert words in answer.text


def test_each_of_several_questions_has_a_reason_of_its_own(office, monkeypatch):
    first = asking(FAP, text="Was ist das FAP?", reason="0.87 ≥ 0.3")
    said = message(first, asking(HEADQUARTERS, text=SEAT, reason="0.91 ≥ 0.3"))
    given = reply_of(said)

    async def tried(addresses, text, before):
        return Trial(text, (), (), given)

    monkeypatch.setattr(page, "tried", tried)
    shown = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", ask(office, text=f"Was ist das FAP? {SEAT}").text))
    reasons = shown.partition("Why this answer")[2]
    order = ["1 of 2", "probability of 87%", "2 of 2", "probability of 91%"]
    assert sorted(order, key=reasons.index) == order
    assert "of 1" not in ask(office, text=SEAT).text


def test_the_reasons_are_in_the_language_of_the_desk(office):
    answer = office.post("/try", {"csrf": office.token(), "text": SEAT}, **{"Accept-Language": "de"})
    assert "Warum diese Antwort" in answer.text
    assert "Das ist zu" in answer.text


def test_the_conversation_goes_on(office, rasa):
    answer = ask(office, text=SEAT, before=["Hallo", "Was ist das FAP?"])
    assert rasa.had == [("Hallo", "Was ist das FAP?", SEAT)]
    assert answer.text.count('name="before" value="Hallo"') >= 2
    assert "What is the Family Assistance Programme (FAP)?" in answer.text


def test_a_suggestion_is_the_next_question(office, rasa):
    ask(office, choice="Was ist das FAP?", text="", before=["Hallo"])
    assert rasa.had == [("Hallo", "Was ist das FAP?")]


def test_nothing_asked_and_no_answer_are_said(office, rasa):
    assert "Write a question first." in ask(office, text="  ").text
    rasa.answers = False
    away = ask(office, text=SEAT)
    assert away.status_code == 503
    assert "does not answer just now" in away.text
    assert SEAT in away.text


def test_what_was_written_is_shown_as_text(office):
    answer = ask(office, text=HOSTILE, before=[HOSTILE])
    assert "<script" not in answer.text.replace("&lt;script", "")
    assert "\u202e" not in answer.text.partition('class="asked"')[2].partition("</p>")[0]


def test_a_wrong_answer_becomes_a_commit_in_that_name(office, root):
    answer = ask(office, "/try/wrong", text=SEAT, before=["Hallo", "Was ist das FAP?", "Und sonst?"], want=HEADQUARTERS)
    assert (answer.status_code, answer.headers["location"]) == (303, "/try?done=done_noted")
    (case,) = corrections_of(office)
    assert case["text"] == SEAT
    assert case["before"] == ["Was ist das FAP?", "Und sonst?"]
    assert (case["not"], case["want"], case["by"], case["language"]) == (FAP, HEADQUARTERS, "anna", "de")
    assert git(root, "log", "-1", "--format=%an %s").strip() == f"anna Note a wrong answer: {FAP}"
    assert git(root, "status", "--porcelain").strip() == ""
    assert "Noted." in office.get(answer.headers["location"]).text


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"want": "ask_iom/headquaters"}, "there is no entry ask_iom/headquaters"),
        ({"want": HEADQUARTERS}, "called wrong and wanted"),
        ({"text": "Ich heiße Yusra Sonderbar, wo sitzt ihr?"}, "personal data (name: Yusra Sonderbar)"),
    ],
)
def test_what_may_not_be_kept_is_refused(office, root, form, told):
    answer = ask(office, "/try/wrong", **{"text": SEAT, "want": "nothing", **form})
    assert answer.status_code == 422
    assert told in answer.text
    assert not (root / NAME).exists()


def test_the_same_is_noted_once(office):
    ask(office, "/try/wrong", text=SEAT, want="nothing")
    again = ask(office, "/try/wrong", text=SEAT, want="nothing")
    assert "noted already" in again.text
    assert len(corrections_of(office)) == 1


def test_an_apology_is_not_noted(office, monkeypatch, root):
    async def tried(addresses, text, before):
        sorry = {"kind": "error", "entries": [], "language": "de", "as_of": None, "sources": []}
        parts = [{**reply(text).envelope["parts"][0], "kind": "error", "entry": None}]
        return Trial(text, (), (), RasaReply([{"text": "?"}, {"custom": {"answer": {**sorry, "parts": parts}}}]))

    monkeypatch.setattr(page, "tried", tried)
    assert 'action="/try/wrong"' not in ask(office, text=SEAT).text
    assert "out of order" in ask(office, "/try/wrong", text=SEAT).text
    assert not (root / NAME).exists()


def test_a_form_that_is_not_ours_notes_nothing(office, rasa):
    assert office.post("/try/wrong", {"text": SEAT}).status_code == 403
    assert rasa.had == []
