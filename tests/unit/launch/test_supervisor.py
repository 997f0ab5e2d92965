"""What becomes of servers that die, of their terminal, and of the program that watches over them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.core.paths import ROOT
from assistant.launch.supervisor import RestartPolicy
from tests.support.wait import until

pytestmark = pytest.mark.slow

# A program that runs until it is told to stop, which writes its PID to a file, one line for each start.
STAYS = (
    "import os, sys, time; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n'); print('up', flush=True); time.sleep(600)"
)
# Does not stop when it is told to.
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {STAYS}"
ENDS = "import sys; open(sys.argv[1], 'a').write('0\\n'); sys.exit(3)"
RUNS = """
import os, sys
from assistant.launch.supervisor import RestartPolicy, Program, Supervisor
folder, state, *codes = sys.argv[1:]
programs = [
    Program(f"p{n}", [sys.executable, "-c", code, f"{folder}/p{n}"], os.environ) for n, code in enumerate(codes)
]
policy = RestartPolicy(max_restarts=3, first_wait_seconds=0.05, longest_wait_seconds=0.1, stop_timeout_seconds=3)
supervisor = Supervisor(programs, policy)
if state == "ready":
    supervisor.ready.set()
sys.exit(supervisor.run())
"""


def command(folder: Path, *codes: str, state: str = "ready") -> list[str]:
    return [sys.executable, "-c", RUNS, str(folder), state, *codes]


def started(folder: Path, *codes: str, state: str = "ready", **options) -> subprocess.Popen[bytes]:
    # The tests themselves may run under nohup, which ignores this signal and all that they start would too.
    heard = {"preexec_fn": lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL)}
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, **heard, **options}
    return subprocess.Popen(command(folder, *codes, state=state), cwd=ROOT, start_new_session=True, **options)


def pids(folder: Path, name: str) -> list[int]:
    file = folder / name
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def runs(pid: int) -> bool:
    """Whether a process runs; one that has ended and that nobody has waited for does not."""
    try:
        state = re.search(r"^State:\s+(\w)", Path(f"/proc/{pid}/status").read_text(), re.M)
    except OSError:
        return False
    return bool(state) and state[1] not in "ZX"


def until_started(folder: Path, *names: str, times: int = 1) -> list[int]:
    until(lambda: all(len(pids(folder, name)) == times for name in names), 30)
    return [pids(folder, name)[-1] for name in names]


def until_all_ended(*ended: int) -> None:
    until(lambda: not any(runs(pid) for pid in ended), 30)


def test_what_is_killed_comes_back_and_the_others_stay(tmp_path):
    with started(tmp_path, STAYS, STAYS) as process:
        first, other = until_started(tmp_path, "p0", "p1")
        os.kill(first, signal.SIGKILL)
        (second,) = until_started(tmp_path, "p0", times=2)
        assert runs(second)
        assert pids(tmp_path, "p1") == [other]
        process.send_signal(signal.SIGINT)
        output = process.communicate(timeout=30)[0].decode()
        assert process.returncode == 0
    until_all_ended(second, other)
    assert "p0 has ended (signal SIGKILL); it is started again in 0.05 s, attempt 1 of 3." in output
    assert output.count("p0      | up") == 2


def test_what_keeps_ending_is_given_up_and_everything_stops(tmp_path):
    with started(tmp_path, STAYS, ENDS) as process:
        output = process.communicate(timeout=60)[0].decode()
        assert process.returncode == 3
    assert len(pids(tmp_path, "p1")) == 4
    assert "p1 has ended (exit code 3) and is given up" in output
    until_all_ended(*pids(tmp_path, "p0"))


def test_what_ends_by_itself_before_anything_is_ready_is_not_tried_again(tmp_path):
    with started(tmp_path, ENDS, state="not ready") as process:
        process.communicate(timeout=60)
        assert process.returncode == 3
    assert len(pids(tmp_path, "p0")) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_nothing_is_left_whatever_ends_it(tmp_path, number):
    with started(tmp_path, STAYS, STAYS) as process:
        left = until_started(tmp_path, "p0", "p1")
        process.send_signal(number)
        process.communicate(timeout=30)
    until_all_ended(*left)


def test_what_does_not_stop_is_ended(tmp_path):
    with started(tmp_path, STUBBORN) as process:
        left = until_started(tmp_path, "p0")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
        assert process.returncode == 0
    until_all_ended(*left)


def test_nothing_is_left_when_whoever_reads_the_output_has_gone(tmp_path):
    """As with `make run | tee log` and Ctrl-C, which ends tee too."""
    chatty = STAYS.replace("time.sleep(600)", "[(print('line', flush=True), time.sleep(0.05)) for _ in range(9999)]")
    with started(tmp_path, chatty, STAYS) as process:
        left = until_started(tmp_path, "p0", "p1")
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(30) == 0
    until_all_ended(*left)


def test_a_hang_up_that_was_to_be_ignored_is(tmp_path):
    """As with nohup."""
    with started(tmp_path, STAYS, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)) as process:
        left = until_started(tmp_path, "p0")
        process.send_signal(signal.SIGHUP)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    until_all_ended(*left)


def test_a_command_ends_when_whatever_called_it_is_killed(tmp_path):
    """As when `make` is killed."""
    tied = f"import os; from assistant.launch.tied import end_with_parent; end_with_parent(os.getppid()); {STAYS}"
    command = [sys.executable, "-c", tied, str(tmp_path / "p0")]
    calls = f"import subprocess; subprocess.run({command!r})"
    with subprocess.Popen([sys.executable, "-c", calls], cwd=ROOT, stdout=subprocess.DEVNULL) as caller:
        left = until_started(tmp_path, "p0")
        caller.kill()
    until_all_ended(*left)


def test_make_starts_the_command_without_a_shell_in_between():
    """A shell would be its parent, and outlive `make`; for a line without these characters make needs none."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    (line,) = re.findall(r"^\t@(.*assistant\.commands\.run .*)$", makefile, re.M)
    (ports,) = re.findall(r"^PORTS = (.*)$", makefile, re.M)
    assert "--end-with-parent" in line
    assert not re.search(r"[\\|&;<>`'\"*?#~]", line + ports)


def test_waits_grow_up_to_a_bound():
    policy = RestartPolicy(first_wait_seconds=1, longest_wait_seconds=5)
    assert [policy.wait_seconds(failures) for failures in (1, 2, 3, 4, 5)] == [1, 2, 4, 5, 5]
