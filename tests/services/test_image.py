"""The image's contents, put together without a container engine, run as the manifests say."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assistant.core.paths import ENCODER, ROOT
from assistant.training.model import model_path
from tests.project.test_deploy import CONTAINERS

pytestmark = [pytest.mark.slow, pytest.mark.long]

NAMES = re.compile(r"^([\w.-]+)==", re.M)


def text_of(containerfile: str) -> str:
    return (ROOT / "deploy" / containerfile).read_text("utf-8").replace("\\\n", " ")


@dataclass(frozen=True)
class Image:
    """An image, and the environment whose packages are those that it is built with."""

    containerfile: str
    venv: str
    locked: str

    @property
    def last_stage(self) -> str:
        text = text_of(self.containerfile)
        return text[text.rindex("\nFROM ") :]

    @property
    def python(self) -> Path:
        return ROOT / self.venv / "bin" / "python"

    def environment(self) -> dict[str, str]:
        pairs = [pair for line in re.findall(r"^ENV (.+)$", self.last_stage, re.M) for pair in line.split()]
        given = dict(pair.split("=", 1) for pair in pairs)
        return {**given, "PATH": given["PATH"].replace("$PATH", "/usr/local/bin:/usr/bin:/bin")}

    def plan(self) -> dict[str, Any]:
        """What a rehearsal has to know: its environment, and where its Python lies."""
        asked = [str(self.python), "-c", "import sys; print(sys.base_prefix)"]
        prefix = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
        return {"environment": self.environment(), "prefix": prefix}

    def names(self, dev: str = "") -> set[str]:
        return set(NAMES.findall((ROOT / f"{self.locked}{dev}.txt").read_text("utf-8")))


FRONT = Image("Containerfile", ".venv-front", "requirements-front")
ENGINE = Image("Containerfile.engine", ".venv", "requirements")


def copy_into(folder: Path, stage: str) -> None:
    """Copies what a stage's COPY lines name to `app/`."""
    for line in re.findall(r"^COPY (?!--from)(.+)$", stage, re.M):
        *sources, target = line.split()
        for source in sources:
            place = folder / "app" / (source if target == "./" else target)
            place.parent.mkdir(parents=True, exist_ok=True)
            copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
            copy(ROOT / source, place)


def put_together(folder: Path, image: Image) -> None:
    """`app/` as in the last stage, and `venv/` with the packages that the Containerfile keeps."""
    copy_into(folder, image.last_stage)
    unneeded = [*sorted(image.names("-dev") - image.names() | {"uv"})]
    if image is ENGINE:
        (folder / "app" / "models").mkdir()
        shutil.copy(model_path(), folder / "app" / "models")
        encoder = folder / "app" / ".cache" / "encoder"
        shutil.copytree(ENCODER, encoder)
        subprocess.run(["chmod", "-R", "a+rX", encoder], check=True)
        unneeded += ["-r", str(ROOT / "deploy" / "not-at-run-time.txt")]
    # Resolved, since what follows must never reach through a link into the environment itself.
    subprocess.run(["cp", "-al", (ROOT / image.venv).resolve(), folder / "venv"], check=True)
    remove = [str(ROOT / ".venv" / "bin" / "uv"), "pip", "uninstall", "--quiet", *unneeded]
    subprocess.run([*remove, "--python", str(folder / "venv" / "bin" / "python")], check=True)


def role(name: str) -> dict[str, Any]:
    """A container's image, arguments, environment and liveness probe from its manifest; databases are left out."""
    container = CONTAINERS[name]
    given = {"ASSISTANT_HOST": "127.0.0.1"} if name == "front/front" else {}
    given |= {one["name"]: one["value"] for one in container["env"] if one["name"] == "SANIC_HOST"}
    probe = container["livenessProbe"].get("exec", {}).get("command")
    image = container["image"].removeprefix("iom-germany-assistant-")
    return {"image": image, "arguments": container["args"], "environment": given, "probe": probe}


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory) -> dict[str, Any]:
    """The findings of a rehearsal."""
    if os.geteuid() or subprocess.run(["unshare", "--mount", "--net", "true"], capture_output=True).returncode:
        pytest.skip("only root may make a file system and a network of its own")
    if not model_path().exists():
        pytest.skip("there is no trained model")
    folder = tmp_path_factory.mktemp("image")
    subprocess.run([ROOT / "scripts" / "environment", "requirements-front-dev.txt"], check=True)
    put_together(folder / "front", FRONT)
    put_together(folder / "engine", ENGINE)
    plan = {
        "images": {"front": FRONT.plan(), "engine": ENGINE.plan()},
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
    writable = {
        image: {path for path, code in found.items() if not code} for image, found in rehearsed["writes"].items()
    }
    assert writable == {"front": {"/tmp", "/data"}, "engine": {"/tmp", "/data"}}  # noqa: S108


def test_each_image_runs_on_its_python(rehearsed):
    versions = {
        name: (ROOT / file).read_text("utf-8").strip()
        for name, file in (("front", ".python-version-front"), ("engine", ".python-version"))
    }
    assert rehearsed["pythons"] == versions


def test_there_is_no_rasa_beside_the_front(rehearsed):
    assert rehearsed["rasa_beside_the_front"] is False


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
    stage = next(
        part for part in text_of("Containerfile.engine").split("\nFROM ") if part.startswith("packages AS model")
    )
    copy_into(tmp_path, stage)
    code = (
        "from assistant.training.model import check, model_path;"
        "print([str(finding) for finding in check() if not finding.warning], model_path().name)"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=tmp_path / "app", capture_output=True, text=True)
    assert result.stdout.split() == ["[]", model_path().name], result.stderr
