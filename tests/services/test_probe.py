"""The health check of Compose that ends what stays unhealthy, in a PID namespace as a container has it."""

from __future__ import annotations

import os
import subprocess

import pytest

from assistant.core.paths import ROOT

pytestmark = pytest.mark.slow
PROBE = ROOT / "deploy" / "compose" / "probe.sh"
# What a container's first process does: start the server and end with it; the probes come from outside.
CONTAINER = """
mount -t tmpfs tmpfs /tmp
{server} &
server=$!
{probes}
kill -HUP $server 2>/dev/null
wait $server
echo "ended by $(($? - 128))"
"""


@pytest.fixture(autouse=True)
def _root_only():
    if (
        os.geteuid()
        or subprocess.run(["unshare", "--pid", "--fork", "--mount", "true"], capture_output=True).returncode
    ):
        pytest.skip("only root may make namespaces")


# By whom the server was ended: by the script, or by the container once all probes were over.
STOPPED, KILLED, LEFT_ALONE = "ended by 15", "ended by 9", "ended by 1"


def contained(*outcomes: str, server: str = "sleep 600", bearable: int = 3) -> list[str]:
    """The exit codes of probes with these outcomes, and how the server ended."""
    probes = "\n".join(f'sh -c "$PROBE" probe.sh {bearable} {outcome}; echo $?' for outcome in outcomes)
    script = CONTAINER.format(server=server, probes=probes)
    # The tests themselves may run under nohup, and what is ignored is inherited.
    command = [
        "env",
        "--default-signal=HUP",
        "unshare",
        "--pid",
        "--fork",
        "--mount",
        "--mount-proc",
        "sh",
        "-c",
        script,
    ]
    environment = {**os.environ, "PROBE": PROBE.read_text("utf-8")}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120).stdout.splitlines()


def test_what_stays_unhealthy_is_ended():
    assert contained("true", "false", "false", "false") == ["0", "1", "1", "1", STOPPED]


def test_what_recovers_in_between_is_left_alone():
    assert contained("true", "false", "false", "true", "false", "false")[-1] == LEFT_ALONE


def test_what_is_starting_is_borne_four_times_as_long():
    assert contained(*["false"] * 7, bearable=2)[-1] == LEFT_ALONE
    assert contained(*["false"] * 8, bearable=2)[-1] == STOPPED


def test_what_hangs_and_does_not_hear_is_ended_too():
    stubborn = "sh -c 'trap \"\" TERM; while :; do sleep 1; done'"
    assert contained("true", "false", bearable=1, server=stubborn)[-1] == KILLED


def test_a_check_that_hangs_counts_as_a_failure():
    assert contained("true", "sleep 60", bearable=1)[-1] == STOPPED
