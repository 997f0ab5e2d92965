"""`make run` and `make shell` as a person uses them in a terminal."""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import subprocess
import sys

import pexpect
import pytest

from assistant.core.paths import ROOT
from assistant.launch import servers
from assistant.staff.columns import columns_of
from tests.support.shared_assistant import run_command
from tests.support.wait import until

pytestmark = pytest.mark.slow

# The tests themselves may run under nohup, which ignores SIGHUP, and what is ignored is inherited.
HEARING = ("env", "--default-signal=HUP")
PROMPT = re.compile(r"^(You|Sie): ", re.M)
ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def start_running(tmp_path):
    ports = servers.free_port(), servers.free_port(), servers.free_port()
    environment = {**os.environ, "ASSISTANT_DATA": str(tmp_path)}
    with (tmp_path / "log.txt").open("w") as log:
        process = subprocess.Popen(
            [*HEARING, *run_command(*ports)],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    assert servers.wait_until_ready(ports[0], 120), (tmp_path / "log.txt").read_text()[-2000:]
    return process, *ports


def wait_for(log, words):
    """A log's content, once certain words are in it."""
    until(lambda: words in log.read_text(), 20, log.read_text)
    return log.read_text()


def pids_of(pattern):
    found = subprocess.run(["pgrep", "-f", pattern], capture_output=True, text=True).stdout
    return [int(pid) for pid in found.split()]


def assert_freed(*ports):
    until(lambda: not any(servers.in_use(port) for port in ports), 20, lambda: "a server is still running")


def test_it_prints_an_address_and_a_question_that_work_and_stops_cleanly_on_interrupt(tmp_path):
    process, *ports = start_running(tmp_path)
    printed = wait_for(tmp_path / "log.txt", "Ctrl-C")
    curl = printed[printed.index("curl -s") : printed.index("Ctrl-C")].strip()
    answer = subprocess.run(["/bin/sh", "-c", curl], capture_output=True, text=True, timeout=30).stdout
    assert "683.950" in answer
    assert f"browser: http://{servers.HOST}:{ports[0]}/\n" in printed
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(timeout=30) == 0
    assert_freed(*ports)
    assert "Traceback" not in (tmp_path / "log.txt").read_text()


def test_a_server_that_is_killed_comes_back_and_answers(tmp_path):
    process, *ports = start_running(tmp_path)
    wait_for(tmp_path / "log.txt", "Ctrl-C")
    for pattern in (f"launch.actions.*{ports[2]}", f"assistant.front.*{ports[0]}"):
        for pid in pids_of(pattern):
            os.kill(pid, signal.SIGKILL)
    wait_for(tmp_path / "log.txt", "actions has ended (signal SIGKILL); it is started again")
    wait_for(tmp_path / "log.txt", "front has ended (signal SIGKILL); it is started again")
    assert servers.wait_until_ready(ports[0], 120), (tmp_path / "log.txt").read_text()[-2000:]
    process.send_signal(signal.SIGHUP)
    assert process.wait(timeout=30) == 0
    assert_freed(*ports)


def test_nothing_is_left_when_the_command_itself_is_killed(tmp_path):
    process, *ports = start_running(tmp_path)
    process.kill()
    process.wait()
    assert_freed(*ports)


def test_nothing_is_left_after_ctrl_c_in_a_terminal_whose_output_goes_to_tee(tmp_path):
    """Ctrl-C ends tee too, and before the servers have stopped."""
    ports = servers.free_port(), servers.free_port(), servers.free_port()
    line = f"{shlex.join(run_command(*ports))} 2>&1 | tee {tmp_path / 'log.txt'}"
    environment = {**os.environ, "ASSISTANT_DATA": str(tmp_path)}
    terminal = pexpect.spawn("/bin/sh", ["-c", line], cwd=str(ROOT), env=environment, encoding="utf-8")
    terminal.expect("Ctrl-C stops it", timeout=120)
    terminal.sendintr()
    terminal.expect(pexpect.EOF, timeout=60)
    terminal.close()
    assert_freed(*ports)


def test_nothing_is_left_when_the_terminal_is_closed(tmp_path):
    ports = servers.free_port(), servers.free_port(), servers.free_port()
    command, environment = [*HEARING, *run_command(*ports)], {**os.environ, "ASSISTANT_DATA": str(tmp_path)}
    terminal = pexpect.spawn(command[0], command[1:], cwd=str(ROOT), env=environment, encoding="utf-8")
    terminal.expect("Ctrl-C stops it", timeout=120)
    os.close(terminal.fileno())
    terminal.closed = True
    assert_freed(*ports)


def test_ports_are_variables_of_make():
    given = ["PORT=8081", "RASA_PORT=5006", "ACTIONS_PORT=5056"]
    plan = subprocess.run(["make", "--dry-run", "run", *given], cwd=ROOT, capture_output=True, text=True).stdout
    command = " ".join(plan.replace("\\\n", " ").split())
    assert command.endswith("--end-with-parent --front-port 8081 --port 5006 --actions-port 5056")


@pytest.mark.parametrize("option", ["--front-port", "--port", "--actions-port"])
def test_an_occupied_port_is_named_with_advice(option):
    with socket.socket() as occupied:
        occupied.bind((servers.HOST, 0))
        occupied.listen()
        port = occupied.getsockname()[1]
        command = run_command(servers.free_port(), servers.free_port(), servers.free_port())
        result = subprocess.run([*command, option, str(port)], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert result.returncode == 1
    assert f"Port {port} is in use" in result.stderr


class Shell:
    """The staff's shell in a terminal."""

    def __init__(self, *options, columns=200, language="C.UTF-8"):
        command = [sys.executable, "-m", "assistant.commands.shell", *options]
        environment = {**os.environ, "LANG": language, "LC_ALL": language}
        self.terminal = pexpect.spawn(
            command[0], command[1:], cwd=str(ROOT), env=environment, encoding="utf-8", dimensions=(50, columns)
        )
        self.terminal.expect(PROMPT, timeout=240)
        self.opening = ANSI.sub("", self.terminal.before)

    def says(self, text, *expected):
        """Types a text; returns the output up to the next prompt, and checks that everything expected is in it."""
        self.terminal.sendline(text)
        self.terminal.expect(re.escape(expected[0]), timeout=60)
        self.terminal.expect(PROMPT, timeout=60)
        said = ANSI.sub("", self.terminal.before)
        for words in expected[1:]:
            assert words in said, said
        return said

    def stop(self):
        self.terminal.sendline("/stop")
        self.terminal.expect(pexpect.EOF, timeout=60)
        self.terminal.close()


def test_the_shell_answers_as_a_visitor_reads_it_and_takes_a_number():
    shell = Shell()
    said = shell.says("Wie viele Menschen hat das FAP erreicht?", "683.950", "Stand: Oktober 2024", "2. ")
    assert "custom" not in said.lower()
    shell.says("2", "Familienhilfeprogramm", "Quelle")
    shell.says("When did IOM get its present name?", "1989", "Source:")
    shell.stop()


def test_the_shell_opens_without_warnings_of_libraries():
    shell = Shell()
    assert "Warning" not in shell.opening
    assert "/wrong" in shell.opening
    shell.stop()


def test_the_debug_switch_shows_why_in_columns_and_in_the_machine_s_language():
    shell = Shell("--debug", columns=80, language="de_DE.UTF-8")
    asked = "Wer leitet die IOM eigentlich, seit wann, und wo kann ich das nachlesen, wenn ich es genau wissen will?"
    said = shell.says(asked, "Warum diese Antwort", "ask_organisation/director_general", "Beantwortet:")
    explained = said.replace("\r", "")
    assert re.search(r"^ +0,[0-9]{2}  |^Ähnlichste +0,[0-9]{2}  ", explained, re.M)
    file, number = re.findall(r"(data/nlu/\w+/\w+\.yml):(\d+)", explained)[0]
    assert (ROOT / file).read_text("utf-8").splitlines()[int(number) - 1].strip().startswith("- ")
    assert max(map(columns_of, explained.split("\n"))) <= 80
    shell.says("/falsch ask_gone/x", "Nicht vorgemerkt", "ask_gone/x")
    shell.stop()
