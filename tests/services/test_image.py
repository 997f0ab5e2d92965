"""The image's contents, put together without a container engine, run as the manifests say."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from assistant.core.paths import ENCODER, ROOT
from assistant.training.model import model_path
from tests.project.test_deploy import CONTAINERS

pytestmark = [pytest.mark.slow, pytest.mark.long]

CONTAINERFILE = (ROOT / "deploy" / "Containerfile").read_text("utf-8").replace("\\\n", " ")
LAST_STAGE = CONTAINERFILE[CONTAINERFILE.rindex("\nFROM ") :]
NAMES = re.compile(r"^([\w.-]+)==", re.M)


def environment_of_the_image() -> dict[str, str]:
    pairs = [pair for line in re.findall(r"^ENV (.+)$", LAST_STAGE, re.M) for pair in line.split()]
    given = dict(pair.split("=", 1) for pair in pairs)
    return {**given, "PATH": given["PATH"].replace("$PATH", "/usr/local/bin:/usr/bin:/bin")}


def copy_into(folder: Path, stage: str) -> None:
    """Copies what a stage's COPY lines name to `app/`."""
    for line in re.findall(r"^COPY (?!--from)(.+)$", stage, re.M):
        *sources, target = line.split()
        for source in sources:
            place = folder / "app" / (source if target == "./" else target)
            place.parent.mkdir(parents=True, exist_ok=True)
            copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
            copy(ROOT / source, place)


def put_together(folder: Path) -> None:
    """`app/` as in the last stage, and `venv/` with the packages that the Containerfile keeps."""
    copy_into(folder, LAST_STAGE)
    (folder / "app" / "models").mkdir()
    shutil.copy(model_path(), folder / "app" / "models")
    encoder = folder / "app" / ".cache" / "encoder"
    shutil.copytree(ENCODER, encoder)
    subprocess.run(["chmod", "-R", "a+rX", encoder], check=True)
    subprocess.run(["cp", "-al", ROOT / ".venv", folder / "venv"], check=True)
    unneeded = set(NAMES.findall((ROOT / "requirements-dev.txt").read_text("utf-8")))
    unneeded -= set(NAMES.findall((ROOT / "requirements.txt").read_text("utf-8"))) | {"uv"}
    trained = ["-r", str(ROOT / "deploy" / "not-at-run-time.txt")]
    remove = [str(ROOT / ".venv" / "bin" / "uv"), "pip", "uninstall", "--quiet", *sorted(unneeded), *trained]
    subprocess.run([*remove, "--python", str(folder / "venv" / "bin" / "python")], check=True)


def role(name: str) -> dict[str, Any]:
    """A container's arguments, environment and liveness probe from its manifest; databases are left out."""
    container = CONTAINERS[name]
    given = {"ASSISTANT_HOST": "127.0.0.1"} if name == "front/front" else {}
    given |= {one["name"]: one["value"] for one in container["env"] if one["name"] == "SANIC_HOST"}
    probe = container["livenessProbe"].get("exec", {}).get("command")
    return {"arguments": container["args"], "environment": given, "probe": probe}


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory) -> dict[str, Any]:
    """The findings of a rehearsal."""
    if os.geteuid() or subprocess.run(["unshare", "--mount", "--net", "true"], capture_output=True).returncode:
        pytest.skip("only root may make a file system and a network of its own")
    if not model_path().exists():
        pytest.skip("there is no trained model")
    folder = tmp_path_factory.mktemp("image")
    put_together(folder)
    plan = {
        "environment": environment_of_the_image(),
        "roles": {"actions": role("rasa/actions"), "rasa": role("rasa/rasa"), "front": role("front/front")},
        "probe": CONTAINERS["rasa/rasa"]["readinessProbe"]["exec"]["command"],
    }
    (folder / "plan.json").write_text(json.dumps(plan), "utf-8")
    command = ["unshare", "--mount", "--net", sys.executable, "-m", "tests.services.rehearsal", str(folder)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    log = folder / "log.txt"
    assert result.returncode == 0, result.stderr[-3000:] + (log.read_text()[-3000:] if log.exists() else "")
    found: dict[str, Any] = json.loads(result.stdout)
    found["log"] = log.read_text()
    return found


def test_it_answers_without_tensorflow_and_without_a_network(rehearsed):
    assert rehearsed["seconds_to_answer"] is not None, rehearsed["log"][-3000:]
    assert rehearsed["seconds_to_ready"] is not None, rehearsed["log"][-3000:]
    assert rehearsed["answer"]["custom"]["answer"]["kind"] == "fact"


def test_nothing_can_be_written_but_where_it_has_to_be(rehearsed):
    assert {path for path, code in rehearsed["writes"].items() if code == 0} == {"/tmp", "/data"}  # noqa: S108


def test_the_action_server_listens_on_loopback_only(rehearsed):
    assert rehearsed["listening"] == ["0.0.0.0:5005", "127.0.0.1:5055", "127.0.0.1:8080"]


def test_the_probes_tell_the_truth(rehearsed):
    """Without the action server Rasa still returns 200, but the probe fails until it is back."""
    assert rehearsed["probe_of_actions"] == 0
    assert rehearsed["without_actions"] == {"/": 200, "probe": 1}
    assert rehearsed["seconds_to_recover"] is not None


def test_every_role_ends_in_time_when_told(rehearsed):
    for code, seconds in [rehearsed["end_of_actions"], *rehearsed["ends"].values()]:
        assert code is not None
        assert seconds < 20


def test_it_needs_no_more_memory_than_the_manifests_ask_for(rehearsed):
    for name, used in rehearsed["mebibytes"].items():
        asked = CONTAINERS[{"front": "front/front"}.get(name, f"rasa/{name}")]["resources"]["requests"]["memory"]
        assert used < int(asked.removesuffix("Mi")), rehearsed["mebibytes"]


def test_the_build_trains_from_all_that_a_model_is_made_from(tmp_path):
    """If files were missing, the model would have another name, or the knowledge would not pass its check."""
    stage = next(part for part in CONTAINERFILE.split("\nFROM ") if part.startswith("packages AS model"))
    copy_into(tmp_path, stage)
    code = (
        "from assistant.training.model import check, model_path;"
        "print([str(finding) for finding in check() if not finding.warning], model_path().name)"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=tmp_path / "app", capture_output=True, text=True)
    assert result.stdout.split() == ["[]", model_path().name], result.stderr
