"""The chat of `make shell`: shows the answers, and does what the commands among the questions say."""

from __future__ import annotations

import shutil
import sys
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from assistant.commands.wrong import Turn, noted
from assistant.core.envelope import Explained, RasaMessage
from assistant.core.understanding import Understanding
from assistant.dialogue.present import TERMINAL
from assistant.knowledge.live import live
from assistant.launch import servers
from assistant.staff.columns import laid_out, wrapped
from assistant.staff.corrections import FILE, outcome, shortest_before
from assistant.staff.nearest import nearest
from assistant.staff.reasons import Reasons, understood
from assistant.staff.texts import said, staff_language, texts

COMMANDS = ("wrong", "restart", "stop")
# Longer lines are hard to read, however wide a terminal is.
WIDEST_COLUMNS = 100
BLUE, GREY, PLAIN = "\x1b[94m", "\x1b[90m", "\x1b[0m"
Ask = Callable[[str, str], list[RasaMessage]]


@dataclass
class Talk:
    """A chat in the terminal; `ask` puts a message to the assistant in the conversation of a sender."""

    ask: Ask
    debug: bool = False
    language: str = field(default_factory=staff_language)
    file: Path = FILE
    sender: str = ""
    asked: tuple[str, ...] = ()
    last: Turn | None = None

    def run(self) -> None:
        """Talks until it is told to stop, or the input ends."""
        self._restart()
        commands = {name: self._text(f"command_{name}") for name in COMMANDS}
        self._show(self._text("shell_ready", **commands))
        while True:
            try:
                line = input(f"\n{self._text('shell_prompt')}").strip()
            except EOFError:
                print()
                return
            if line and not self.take(line):
                return

    def take(self, line: str) -> bool:
        """Answers a message, or does what a command says; False if it says to stop."""
        word, _, rest = line.partition(" ")
        command = next((name for name in COMMANDS if word in texts()[f"command_{name}"].values()), None)
        if command == "wrong":
            self._show(self._wrong(rest.strip()))
        elif command == "restart":
            self._restart()
            self._show(self._text("shell_restarted"))
        elif command is None and word.startswith("/"):
            known = ", ".join(self._text(f"command_{name}") for name in COMMANDS)
            self._show(self._text("shell_unknown", command=word, commands=known))
        elif command is None:
            self._answer(line)
        return command != "stop"

    def _restart(self) -> None:
        self.sender, self.asked, self.last = uuid.uuid4().hex, (), None

    def _answer(self, line: str) -> None:
        try:
            reply = self.ask(line, self.sender)
        except OSError as error:
            self._show(self._text("shell_away", error=error))
            return
        before, self.asked, self.last = self.asked, (*self.asked, line), None
        self._show("\n\n".join(message["text"] for message in reply if "text" in message), BLUE)
        if explained := _explained(reply):
            answer = explained["answer"]
            self.last = Turn(answer["language"], line, before, outcome(answer))
            if self.debug:
                self._reasons(line, explained)

    def _reasons(self, line: str, explained: Explained) -> None:
        """Shows why the last message was answered as it was."""
        understanding = Understanding.from_dict(explained["understanding"])
        found = understood(line, understanding, explained["answer"]["language"], self._answered)
        rows = Reasons(live().current(), self.language, nearest).rows(found)
        self._show(f"\n{self._text('why')}", GREY)
        self._print(laid_out(rows, self._width), GREY)
        how = {"command": self._text("command_wrong"), "nothing": self._text("word_nothing")}
        self._show(self._text("wrong_how", **how), GREY)

    @property
    def _answered(self) -> tuple[str, ...]:
        return self.last.answered if self.last else ()

    def _wrong(self, wanted: str) -> str:
        """Notes that the last answer was wrong; says what was done."""
        if self.last is None:
            return self._text("wrong_nothing_yet")
        if "error" in self.last.answered:
            return self._text("wrong_error")
        entries = live().current().entries
        turn = replace(self.last, before=shortest_before(self.last.before, self._is_same))
        return noted(turn, wanted, entries, self.language, self.file)

    def _is_same(self, before: Sequence[str]) -> bool:
        """Whether the last message gets the same answer after those alone."""
        sender, reply = uuid.uuid4().hex, list[RasaMessage]()
        for text in (*before, self.last.text if self.last else ""):
            reply = self.ask(text, sender)
        explained = _explained(reply)
        return explained is not None and outcome(explained["answer"]) == self._answered

    def _text(self, key: str, **values: object) -> str:
        return said(key, self.language, **values)

    @property
    def _width(self) -> int:
        return min(shutil.get_terminal_size().columns, WIDEST_COLUMNS)

    def _show(self, text: str, colour: str = "") -> None:
        """Prints a text, broken between words."""
        self._print("\n".join(wrapped(text, self._width)), colour)

    def _print(self, text: str, colour: str) -> None:
        coloured = bool(colour) and sys.stdout.isatty()
        print(f"{colour}{text}{PLAIN}" if coloured else text, flush=True)


def _explained(reply: Sequence[RasaMessage]) -> Explained | None:
    """What a terminal is told besides the texts, if it is told anything."""
    custom = next((message["custom"] for message in reversed(reply) if "custom" in message), None)
    return cast(Explained, custom) if custom and "understanding" in custom else None


def talk(port: int, debug: bool) -> None:
    """Talks with the assistant whose Rasa has that port."""
    Talk(lambda text, sender: servers.ask(text, port, sender, channel=TERMINAL), debug).run()
