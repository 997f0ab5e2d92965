"""The chat of `make shell`, with an assistant that answers from a list."""

from __future__ import annotations

import pytest

from assistant.commands import talk as module
from assistant.commands.talk import Talk
from assistant.staff.corrections import read
from tests.unit.dialogue.conftest import asking, message, reply_to
from tests.unit.staff.conftest import FAP, HEADQUARTERS

SEAT = "Wo ist hier eigentlich der Hauptsitz?"


class Assistant:
    """Answers with the FAP after a question about it, and with the headquarters otherwise."""

    def __init__(self):
        self.heard = {}

    def __call__(self, text, sender):
        earlier = self.heard.setdefault(sender, [])
        entry = FAP if "FAP" in " ".join([*earlier, text]) else HEADQUARTERS
        earlier.append(text)
        if text == "Ende":
            raise OSError("gone")
        part = asking(entry, text=text, reason="0.87 ≥ 0.3")
        custom = {"answer": reply_to(part).envelope(), "understanding": message(part).as_dict()}
        return [{"text": f"Antwort aus {entry} " + "mit vielen Worten " * 10}, {"custom": custom}]


@pytest.fixture
def talk(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "nearest", lambda text: [])
    monkeypatch.setattr("assistant.commands.wrong.editor", lambda: "Anna Beispiel")
    return Talk(Assistant(), language="en", file=tmp_path / "corrections.yml")


def says(talk, capsys, line):
    """What is printed after a line."""
    assert talk.take(line)
    return capsys.readouterr().out


def test_an_answer_is_broken_between_words(talk, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    said = says(talk, capsys, SEAT)
    assert max(map(len, said.split("\n"))) <= 40
    assert "mit vielen Worten mit" in said
    assert "Why" not in said


def test_with_the_switch_it_says_why(talk, capsys):
    talk.debug = True
    said = says(talk, capsys, SEAT)
    assert "Why this answer" in said
    assert "Answered: this is meant with a probability of 87%" in said
    assert "/wrong nothing" in said


def test_a_wrong_answer_is_noted_with_what_was_needed_before(talk, capsys):
    says(talk, capsys, "Hallo")
    says(talk, capsys, "Was ist das FAP?")
    says(talk, capsys, "Und sonst noch etwas?")
    says(talk, capsys, SEAT)
    said = says(talk, capsys, f"/wrong {HEADQUARTERS}")
    assert "Noted in tests/corrections.yml" in said
    (case,) = read(talk.file)
    assert (case.text, case.wrong, case.want) == (SEAT, (FAP,), HEADQUARTERS)
    assert case.before == ("Was ist das FAP?", "Und sonst noch etwas?")
    assert (case.language, case.by) == ("de", "Anna Beispiel")
    assert f"want: {HEADQUARTERS}" in said


@pytest.mark.parametrize("command", ["/wrong nothing", "/falsch nichts", "/wrong  nichts "])
def test_nothing_can_be_what_was_wanted_in_each_language(talk, capsys, command):
    says(talk, capsys, SEAT)
    says(talk, capsys, command)
    assert [case.want for case in read(talk.file)] == ["nothing"]


def test_what_would_be_right_may_be_left_open(talk, capsys):
    says(talk, capsys, SEAT)
    says(talk, capsys, "/wrong")
    assert [case.want for case in read(talk.file)] == [None]


@pytest.mark.parametrize(
    ("before", "command", "told"),
    [
        ([], "/wrong", "no answer yet"),
        ([SEAT, "/restart"], "/wrong", "no answer yet"),
        ([SEAT], "/wrong ask_iom/headquaters", "Is one of these meant? ask_iom/headquarters"),
        ([SEAT], "/wrong headquaters", "Is one of these meant? ask_iom/headquarters"),
        ([SEAT], f"/wrong {HEADQUARTERS}", "called wrong and wanted"),
        (["Ich heiße Yusra Sonderbar, wo sitzt ihr?"], "/wrong nothing", "personal data (name: Yusra Sonderbar)"),
        ([SEAT, "Ende"], "/wrong", "Noted"),
    ],
)
def test_what_cannot_be_noted_is_refused(talk, capsys, before, command, told):
    for line in before:
        says(talk, capsys, line)
    assert told in " ".join(says(talk, capsys, command).split())
    assert len(read(talk.file)) == (told == "Noted")


def test_the_same_correction_is_noted_once(talk, capsys):
    says(talk, capsys, SEAT)
    says(talk, capsys, "/wrong nothing")
    assert "already" in says(talk, capsys, "/wrong nothing")
    assert len(read(talk.file)) == 1


def test_a_file_that_cannot_be_read_is_left_alone(talk, capsys):
    talk.file.write_text("- language: [", "utf-8")
    says(talk, capsys, SEAT)
    assert "cannot be read" in says(talk, capsys, "/wrong nothing")
    assert talk.file.read_text("utf-8") == "- language: ["


def test_an_apology_is_no_answer_that_could_be_wrong(talk, capsys):
    says(talk, capsys, SEAT)
    talk.last = module.replace(talk.last, answered=("error",))
    assert "apology" in says(talk, capsys, "/wrong nothing")


def test_an_unknown_command_is_not_put_to_the_assistant(talk, capsys):
    assert "/wrong, /restart, /stop" in says(talk, capsys, "/help")
    assert talk.ask.heard == {}


def test_it_goes_on_when_no_answer_comes(talk, capsys):
    assert "No answer: gone" in says(talk, capsys, "Ende")


@pytest.mark.parametrize("command", ["/stop", "/ende"])
def test_it_stops_when_told(talk, command):
    assert not talk.take(command)


def test_it_stops_at_the_end_of_the_input(talk, capsys, monkeypatch):
    lines = iter([SEAT, "", "/restart"])
    monkeypatch.setattr("builtins.input", lambda prompt: next(lines, None) or _end(lines))
    talk.run()
    assert "Ask something." in capsys.readouterr().out


def _end(lines):
    if (line := next(lines, None)) is None:
        raise EOFError
    return line
