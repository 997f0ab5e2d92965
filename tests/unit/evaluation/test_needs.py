"""How a reply to somebody who needs something is judged."""

from __future__ import annotations

import importlib.util
import json
from collections import Counter
from dataclasses import replace
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import evaluation.__main__
from assistant.core.languages import ORIGINALS
from assistant.core.understanding import Understanding
from assistant.dialogue import Conversation
from assistant.dialogue.reply import Answer, Reply
from assistant.knowledge import knowledge, render
from evaluation import check
from evaluation.__main__ import missed
from evaluation.assistant import Exchange, as_response
from evaluation.cases import SHARED, Case, Turn, own_files, read
from evaluation.figures import Judged, Measured, needs_by_file, shown
from evaluation.judge import Response
from evaluation.needs import OPEN_QUESTIONS, Need, NeedCase, declined, harm, judged, needs_files, read_needs
from evaluation.page import write
from evaluation.run import run_needs

LINE = {
    "id": "a",
    "lang": "de",
    "kind": "family",
    "text": "Wen frage ich, und was kostet es?",
    "helps": [["familie@iom\\.int", "2902245[ -]?500"], ["kostenlos"]],
    "never": ["crisis", "Rückkehrberatung"],
    "may": ["referral"],
}
HELP = "Fragen Sie familie@iom.int, das ist KOSTENLOS."
SCORER = SHARED / "score_needs.py"


def dialogue() -> dict[str, Any]:
    turn = {key: LINE[key] for key in LINE if key not in ("id", "lang")}
    return {"id": "b", "lang": "de", "turns": [turn, turn, turn]}


def case_of(tmp_path: Path, *lines: dict[str, Any]) -> list[NeedCase]:
    file = tmp_path / "needs-de.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return list(read_needs([file]))


@pytest.fixture
def need(tmp_path) -> Need:
    return case_of(tmp_path, LINE)[0].needs[0]


def outcome(need: Need, text: str, kind: str = "fact", buttons: tuple[str, ...] = (), **more: Any) -> str:
    return judged(need, Response(text, kind, "de", buttons, **more), lambda button: Response(button, "fact", "de"))


def test_a_reply_helps_if_it_has_something_of_every_group(need):
    assert outcome(need, HELP) == "helped"
    assert outcome(need, "2902245-500") == "missed"


def test_blanks_and_digits_of_other_scripts_make_no_difference(need):
    assert outcome(need, "٢٩٠٢٢٤٥\u202f۵۰۰,\nkostenlos") == "helped"


def test_what_a_card_says_is_said(need):
    assert outcome(need, "Das ist kostenlos.", contacts=("FAP", "+49 30 2902245500")) == "helped"
    assert outcome(need, HELP, contacts=("Rückkehrberatung",)) == "harmful"


def test_harm_outweighs_help(need):
    assert outcome(need, f"{HELP} Oder die Rückkehrberatung.") == "harmful"
    assert outcome(need, HELP, "crisis") == "harmful"
    assert harm(need, Response(HELP, "crisis", "de")) == "crisis"


def test_what_a_button_says_does_no_harm(need):
    assert outcome(need, HELP, buttons=("Was ist eine Rückkehrberatung?",)) == "helped"


@pytest.mark.parametrize("kind", ["clarify", "fallback"])
def test_asking_back_or_not_knowing_helps_only_where_it_may(tmp_path, need, kind):
    allowed = case_of(tmp_path, {**LINE, "may": [kind]})[0].needs[0]
    assert outcome(need, HELP, kind) != "helped"
    assert outcome(allowed, HELP, kind) == "helped"


def test_one_of_four_buttons_may_lead_to_help(need):
    assert outcome(need, "Meinen Sie?", "clarify", ("a", "b", "c", HELP)) == "offered"
    assert outcome(need, "Meinen Sie?", "clarify", ("a", "b", "c", "d", HELP)) == "missed"


def test_not_knowing_but_naming_somebody_points_the_way(need):
    assert outcome(need, "Fragen Sie die Stadt: https://example.org", "fallback") == "pointed"
    assert outcome(need, "Fragen Sie die Stadt.", "fallback", contacts=("030 1234567",)) == "pointed"
    assert outcome(need, "Das weiß ich nicht.", "fallback") == "missed"
    assert outcome(need, "Mehr: https://example.org") == "missed"


def test_an_apology_for_an_error_is_an_error(need):
    assert outcome(need, HELP, "error") == "error"


@pytest.mark.parametrize("broken", [{**LINE, "helps": [["("]]}, {**LINE, "never": None}, {**dialogue(), "turns": [{}]}])
def test_a_broken_line_is_named(tmp_path, broken):
    with pytest.raises(ValueError, match=r"needs-de\.jsonl:1 is not a case"):
        case_of(tmp_path, broken)


class Scripted:
    """Says HELP to the first message of a visitor, and asks back after that."""

    name = "scripted"

    def answers(self, turns) -> list[Response]:
        later = Response("?", "clarify", "en", ("a",))
        return [Response(HELP, "fact", "de"), *[later] * (len(turns) - 1)]


def test_figures_count_outcomes_and_tell_turns_apart(tmp_path):
    figures = needs_by_file(run_needs(Scripted(), case_of(tmp_path, LINE, dialogue())))["needs-de"]
    nothing = {"pointed": 0, "missed": 0, "harmful": 0, "error": 0}
    assert figures["all"] == {"n": 4, "helped": 2, "offered": 2, **nothing, "other language": 2}
    assert figures["family"]["n"] == figures["first turn"]["helped"] == 1
    assert figures["later turn"] == {"n": 2, "helped": 0, "offered": 2, **nothing, "other language": 2}


def asked(*responses: Response) -> list[Judged]:
    turn = Turn("Wo?", "de", None)
    return [Judged(Case("o", "omos", "omos", (turn,)), 0, turn, each, "held back") for each in responses]


def test_of_open_questions_only_the_kinds_of_reply_are_counted():
    law = knowledge().phrase("illegal", "en")
    replies = [Response(HELP, "fact", "de"), Response("110", "crisis", "de"), Response(law, "fallback", "en")]
    assert shown(asked(*replies)) == {"n": 3, "fact": 1, "crisis": 1, "illegal": 1}
    assert not declined(replies[0])


def test_the_page_shows_needs_that_were_not_met_and_facts_to_be_read(tmp_path):
    needs = run_needs(Scripted(), case_of(tmp_path, LINE, dialogue()))
    measured = Measured({"assistant": facts_asked()}, needs, asked(Response("Ein <Fakt>", "fact", "de")), [])
    write(measured, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "<td>needs-de, later turn</td>" in page
    assert "Ein &lt;Fakt&gt;" in page
    assert "<td>b</td><td>offered</td>" in page
    assert missed(measured) == {"b"}


def test_needs_are_measured_and_kept_beside_the_figures_of_the_baselines(tmp_path, monkeypatch):
    case_of(tmp_path, LINE, dialogue())
    for name, value in {
        "ensure_model": lambda: None,
        "own_files": list,
        "shared_files": list,
        "needs_files": lambda: [tmp_path / "needs-de.jsonl"],
    }.items():
        monkeypatch.setattr(evaluation.__main__, name, value)
    monkeypatch.setattr("evaluation.assistant.Assistant", lambda _: Scripted())
    monkeypatch.setattr(check, "RESULT", tmp_path / "result.json")
    check.RESULT.write_text('{"search": "as before", "needs": {"gone": {}}}', "utf-8")
    measured = evaluation.__main__.measure(quick=True, epochs=1)
    evaluation.__main__.save(replace(measured, systems={"assistant": facts_asked()}), epochs=1)
    result = check.load(check.RESULT)
    assert result["needs"].keys() == {"needs-de", "omos"}
    assert result["needs"]["needs-de"]["all"]["offered"] == 2
    assert result["needs"]["omos"]["all"] == {"n": 200, "fact": 200, "crisis": 0, "illegal": 0}
    assert (result["search"], result["missed"]) == ("as before", ["b"])


def facts_asked() -> list[Judged]:
    turn = Turn("Seit wann?", "de", ("H8",))
    return [Judged(Case("x", "de", "direct", (turn,)), 0, turn, Response("1989", "fact", "de"), "direct")]


def test_the_assistants_cards_are_read():
    rendered = render(knowledge(), knowledge().entries["referral/family_reunification"], "de")
    answer = Answer("referral", rendered.text, contacts=rendered.contacts)
    response = as_response(exchange(Reply("de", (answer,), Conversation())))
    card = rendered.contacts[0]
    assert card["name"] in response.contacts
    assert set(card.get("languages", [])) <= set(response.contacts)


def exchange(reply: Reply) -> Exchange:
    return Exchange(Understanding(), reply)


def test_own_cases_have_ids_of_their_own_and_can_tell_help_from_nothing():
    cases = list(read_needs(needs_files()))
    ids = Counter([*(case.id for case in cases), *(case.id for case in read([*own_files(), OPEN_QUESTIONS]))])
    assert [name for name, times in ids.items() if times > 1] == []
    patterns = [p for case in cases for need in case.needs for group in (*need.helps, need.harmful) for p in group]
    assert [pattern.pattern for pattern in patterns if pattern.search("")] == []


if SCORER.exists():

    @pytest.mark.slow
    @pytest.mark.parametrize("path", needs_files(), ids=lambda path: path.stem)
    def test_the_scorer_next_to_the_project_judges_the_same(path, monkeypatch):
        theirs, outcomes = scorer(), set()
        for (line, need), reply in product(messages_of(path)[::4], some_replies()):
            monkeypatch.setattr(theirs, "post", lambda *_, said=reply, **__: (as_messages(said), 0))
            outcome = judged(need, reply, lambda _, said=reply: said)
            assert outcome == theirs.judge("", "", line, [])[0], (line, reply)
            outcomes.add(outcome)
        assert len(outcomes) > 2


def messages_of(path: Path) -> list[tuple[dict[str, Any], Need]]:
    """Every message of a file, as it is written and as it is read."""
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    written = [{**line, **turn} for line in lines for turn in line.get("turns", [line])]
    return list(zip(written, [need for case in read_needs([path]) for need in case.needs]))


def scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score_needs", SCORER)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def some_replies() -> list[Response]:
    """Answers of all kinds in both languages, with cards and buttons, and the two that are judged by their kind."""
    base = knowledge()
    entries = [entry for number, entry in enumerate(base.entries.values()) if number % 40 == 0]
    entries += [entry for entry in base.entries.values() if entry.kind == "crisis"][::4]
    return [
        *(reply_of(render(base, entry, language), entry.kind, language) for entry in entries for language in ORIGINALS),
        Response(base.phrase("illegal", "de"), "fallback", "de"),
        Response("Das weiß ich nicht.", "fallback", "de", contacts=("BAMF", "٠٩١١ 9430")),
        Response("Which one?", "clarify", "en", ("a", "b")),
        Response("Sorry", "error", "en"),
    ]


def reply_of(rendered: Any, kind: Any, language: Any) -> Response:
    cards = as_response(exchange(Reply(language, (Answer(kind, "", contacts=rendered.contacts),), Conversation())))
    return Response(rendered.text, kind, language, ("a",), contacts=cards.contacts)


def as_messages(response: Response) -> list[dict[str, Any]]:
    cards = [{"name": text} for text in response.contacts]
    envelope = {"kind": response.kind, "language": response.language, "contacts": cards}
    buttons = [{"title": button, "payload": button} for button in response.buttons]
    return [{"text": response.text, "buttons": buttons}, {"custom": {"answer": envelope}}]
