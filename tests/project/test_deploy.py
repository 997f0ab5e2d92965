"""deploy/ exposes nothing, privileges nothing, holds no secret, and is accepted by the real tools."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.core.paths import ROOT
from assistant.front.core.settings import Rates, settings_from
from assistant.front.operate.metrics import ERRORS
from assistant.launch.servers import ACTIONS_PORT, actions_command

DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
COMPOSE = DEPLOY / "compose" / "compose.yml"
CADDYFILE = DEPLOY / "compose" / "Caddyfile"
# Custom resources of other operators; no package has their schemas.
FOREIGN = {"ServiceMonitor", "PrometheusRule", "CiliumNetworkPolicy", "Middleware", "Kustomization", "Component"}
OLDEST, NEWEST = "1.32", "1.37"
SECRET = re.compile(r"SECRET|PASSWORD|TOKEN|_SID$")
METRICS = {
    "assistant_messages_total",
    "assistant_answers_total",
    "assistant_answer_seconds_bucket",
    "assistant_errors_total",
    "assistant_deliveries_total",
    "assistant_waiting",
    "assistant_rasa_up",
    "assistant_storage_bytes",
    "assistant_storage_max_bytes",
    "assistant_purge_stopped",
    "assistant_purge_age_seconds",
    "assistant_erasures_unfinished",
    "assistant_team_oldest_seconds",
    "assistant_entries_overdue",
    "assistant_entries_due",
    "assistant_entries_withdrawn",
    "assistant_knowledge_refused",
}
IMAGES = {"ASSISTANT_FRONT_IMAGE", "ASSISTANT_ENGINE_IMAGE", "CADDY_IMAGE", "POSTGRES_IMAGE", "REDIS_IMAGE"}
ENOUGH = {
    "ASSISTANT_DOMAIN": "assistant.example.org",
    "ACME_EMAIL": "it@example.org",
    **dict.fromkeys(("ASSISTANT_SECRET", "POSTGRES_PASSWORD", "REDIS_PASSWORD"), "0" * 64),
    **dict.fromkeys(("FRONT_PASSWORD", "TRACKERS_PASSWORD", "PURGE_PASSWORD"), "1" * 64),
}


def run(*command: str | Path, **kwargs: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=300, **kwargs)


@pytest.fixture(scope="session")
def tools() -> Path:
    """The folder of the tools whose dependencies conflict with Rasa's."""
    made = run(ROOT / "scripts" / "tools")
    assert made.returncode == 0, made.stderr
    return ROOT / ".venv-tools" / "bin"


def of_system(name: str) -> str:
    path = shutil.which(name)
    if not path:
        pytest.skip(f"there is no {name} here")
    return path


def documents(*paths: Path) -> Iterator[dict[str, Any]]:
    for path in paths:
        yield from (document for document in yaml.safe_load_all(path.read_text("utf-8")) if document)


BASE = list(documents(*sorted((KUBERNETES / "base").glob("*.yml"))))
COMPONENTS = [d for d in documents(*sorted((KUBERNETES / "components").glob("*/*.yml"))) if "kind" in d]


def of_kind(kind: str, found: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {document["metadata"]["name"]: document for document in found if document["kind"] == kind}


def pods() -> dict[str, dict[str, Any]]:
    """The pod templates of the base, by the name of their workload."""
    found = {}
    for document in BASE:
        if document["kind"] in ("Deployment", "StatefulSet"):
            found[document["metadata"]["name"]] = document["spec"]["template"]
        if document["kind"] == "CronJob":
            found[document["metadata"]["name"]] = document["spec"]["jobTemplate"]["spec"]["template"]
    return found


PODS = pods()
CONTAINERS = {
    f"{pod}/{container['name']}": container
    for pod, template in PODS.items()
    for container in template["spec"]["containers"]
}


def rendered(folder: Path) -> list[dict[str, Any]]:
    """A folder as rendered by kustomize, which supports components in kubectl from 1.21 on."""
    kubectl = of_system("kubectl")
    version = json.loads(run(kubectl, "version", "--client", "-o", "json").stdout)["clientVersion"]
    if int(re.sub(r"\D", "", version["minor"])) < 21:
        pytest.skip("this kubectl knows no components")
    result = run(kubectl, "kustomize", folder)
    assert result.returncode == 0, result.stderr
    return list(yaml.safe_load_all(result.stdout))


class TestKubernetes:
    @pytest.mark.parametrize("version", [OLDEST, NEWEST])
    def test_the_manifests_are_what_kubernetes_understands(self, tools, tmp_path, version):
        known = [document for document in [*BASE, *COMPONENTS] if document["kind"] not in FOREIGN]
        file = tmp_path / "all.yml"
        file.write_text(yaml.safe_dump_all(known), "utf-8")
        result = run(tools / "kubernetes-validate", "--strict", "-k", version, file)
        assert result.returncode == 0, result.stdout + result.stderr
        assert result.stdout.count("passed") == len(known)

    def test_the_example_renders_to_what_kubernetes_understands(self, tools, tmp_path):
        found = rendered(KUBERNETES / "overlays" / "example")
        file = tmp_path / "all.yml"
        file.write_text(yaml.safe_dump_all(d for d in found if d["kind"] not in FOREIGN), "utf-8")
        result = run(tools / "kubernetes-validate", "--strict", file)
        assert result.returncode == 0, result.stdout + result.stderr
        assert {d["metadata"].get("namespace") for d in found if d["kind"] != "Namespace"} == {"iom-assistant"}
        assert "assistant.invalid" not in yaml.safe_dump_all(found)
        labels = of_kind("Namespace", found)["iom-assistant"]["metadata"]["labels"]
        assert labels["pod-security.kubernetes.io/enforce"] == "restricted"

    def test_every_component_renders(self, tmp_path):
        for component in sorted((KUBERNETES / "components").glob("*/kustomization.yml")):
            copy = tmp_path / component.parent.name
            shutil.copytree(KUBERNETES, copy / "kubernetes")
            overlay = copy / "kubernetes" / "overlays" / "one"
            overlay.mkdir()
            wanted = {"resources": ["../../base"], "components": [f"../../components/{component.parent.name}"]}
            (overlay / "kustomization.yml").write_text(yaml.safe_dump(wanted), "utf-8")
            assert len(rendered(overlay)) > len(BASE) - 1

    @pytest.mark.parametrize("name", PODS)
    def test_no_pod_is_privileged_or_speaks_to_the_cluster(self, name):
        spec = PODS[name]["spec"]
        context = spec["securityContext"]
        assert context["runAsNonRoot"] is True
        assert context["runAsUser"] >= 100
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}
        assert spec["automountServiceAccountToken"] is False
        assert spec["terminationGracePeriodSeconds"] >= 15
        assert not {"hostNetwork", "hostPID", "hostIPC"} & spec.keys()
        assert not [volume for volume in spec.get("volumes", []) if "hostPath" in volume]

    @pytest.mark.parametrize("name", CONTAINERS)
    def test_every_container_is_hardened_and_bounded(self, name):
        container = CONTAINERS[name]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        for bound in ("requests", "limits"):
            assert container["resources"][bound].keys() == {"cpu", "memory"}

    @pytest.mark.parametrize("name", [name for name in CONTAINERS if not name.startswith(("purge/", "backup/"))])
    def test_every_server_has_probes_of_its_life_and_readiness(self, name):
        assert {"livenessProbe", "readinessProbe"} <= CONTAINERS[name].keys()

    def test_probes_of_rasa_and_front_ask_a_question(self):
        rasa, front = CONTAINERS["rasa/rasa"], CONTAINERS["front/front"]
        for probe in ("startupProbe", "readinessProbe"):
            command = rasa[probe]["exec"]["command"]
            assert command[:3] == ["python", "-m", "assistant.commands.healthy"]
            assert float(command[command.index("--seconds") + 1]) < rasa[probe]["timeoutSeconds"]
        assert front["startupProbe"]["httpGet"]["path"] == "/ready"

    def test_a_container_stops_before_it_is_killed(self):
        for name, template in PODS.items():
            for container in template["spec"]["containers"]:
                before = container.get("lifecycle", {}).get("preStop", {}).get("exec", {}).get("command", ["", "0"])
                # The front takes up to five seconds to stop, sanic fifteen.
                assert int(before[1]) + 16 < template["spec"]["terminationGracePeriodSeconds"] or name in (
                    "redis",
                    "postgres",
                    "purge",
                    "backup",
                )

    def test_secrets_come_by_reference_only(self):
        for container in CONTAINERS.values():
            for variable in container.get("env", []):
                if SECRET.search(variable["name"]):
                    assert variable["valueFrom"].keys() == {"secretKeyRef"}
        assert of_kind("Secret", [*BASE, *COMPONENTS]) == {}
        for name, settings in of_kind("ConfigMap", BASE).items():
            assert not [key for key in settings["data"] if SECRET.search(key)], name

    def test_the_example_names_every_secret_and_holds_none(self):
        folder = KUBERNETES / "overlays" / "example"
        examples = of_kind("Secret", list(documents(folder / "secrets.example.yml")))
        named = {(name, key) for name, secret in examples.items() for key in secret["stringData"]}
        used = {
            (variable["valueFrom"]["secretKeyRef"]["name"], variable["valueFrom"]["secretKeyRef"]["key"])
            for container in CONTAINERS.values()
            for variable in container.get("env", [])
            if "secretKeyRef" in variable.get("valueFrom", {})
        }
        assert used <= named
        assert {value for secret in examples.values() for value in secret["stringData"].values()} == {""}
        overlay = yaml.safe_load((folder / "kustomization.yml").read_text("utf-8"))
        assert not [resource for resource in overlay["resources"] if "secret" in resource]

    def test_only_the_database_has_its_administrator_s_password_and_each_role_its_own(self):
        given = {
            name: {variable["name"] for variable in container.get("env", []) if "PASSWORD" in variable["name"]}
            for name, container in CONTAINERS.items()
        }
        assert given["front/front"] == {"FRONT_PASSWORD", "REDIS_PASSWORD"}
        assert given["purge/purge"] == {"PURGE_PASSWORD"}
        assert given["rasa/rasa"] == {"TRACKERS_PASSWORD"}
        assert [name for name, names in given.items() if "POSTGRES_PASSWORD" in names] == ["postgres/postgres"]

    def test_the_front_knows_every_rasa_process(self):
        replicas = of_kind("StatefulSet", BASE)["rasa"]["spec"]["replicas"]
        listed = of_kind("ConfigMap", BASE)["assistant-settings"]["data"]["ASSISTANT_RASA"].split(",")
        assert listed == [f"http://rasa-{number}.rasa:5005" for number in range(replicas)]
        assert replicas >= 2

    def test_an_eviction_leaves_one_of_each(self):
        budgets = of_kind("PodDisruptionBudget", BASE)
        assert {name: budget["spec"]["selector"]["matchLabels"] for name, budget in budgets.items()} == {
            name: {"app.kubernetes.io/name": name} for name in ("front", "rasa")
        }
        assert of_kind("Deployment", BASE)["front"]["spec"]["replicas"] >= 2


def policies(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [policy["spec"] for policy in of_kind("NetworkPolicy", found).values()]


def chosen(selector: dict[str, Any]) -> set[str]:
    """The names of the pods that a selector matches; all of them if it is empty."""
    names = set(PODS)
    for key, value in selector.get("matchLabels", {}).items():
        assert key == "app.kubernetes.io/name"
        names &= {value}
    for expression in selector.get("matchExpressions", []):
        assert (expression["key"], expression["operator"]) == ("app.kubernetes.io/name", "In")
        names &= set(expression["values"])
    return names


def ways(found: list[dict[str, Any]], direction: str, peer: str) -> set[tuple[str, str, int]]:
    """Who may be reached by whom (or may reach whom) at which port; `outside` stands for all beyond the namespace."""
    open_ = set()
    for spec in policies(found):
        for rule in spec.get(direction, []):
            assert rule.get("ports"), "a rule without ports opens all of them"
            assert rule.get(peer), "a rule without peers opens them to everybody"
            others = {
                other
                for end in rule[peer]
                for other in (chosen(end["podSelector"]) if end.keys() == {"podSelector"} else {"outside"})
            }
            for port in rule["ports"]:
                open_ |= {(pod, other, port["port"]) for pod in chosen(spec["podSelector"]) for other in others}
    return open_


class TestNetwork:
    def test_what_is_not_allowed_is_forbidden(self):
        closed = [spec for spec in policies(BASE) if spec["podSelector"] == {}]
        assert closed == [{"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}]

    def test_only_the_front_can_be_reached_from_outside(self):
        reached = ways([*BASE, *COMPONENTS], "ingress", "from")
        assert {transport for transport in reached if transport[1] == "outside"} == {
            ("front", "outside", 8080),
            ("front", "outside", 9464),
        }
        assert {transport for transport in reached if transport[1] != "outside"} == {
            ("rasa", "front", 5005),
            ("rasa", "purge", 5005),
            ("postgres", "front", 5432),
            ("postgres", "rasa", 5432),
            ("postgres", "purge", 5432),
            ("postgres", "backup", 5432),
            ("redis", "front", 6379),
        }

    def test_every_way_in_has_its_way_out(self):
        into = {(other, pod, port) for pod, other, port in ways(BASE, "ingress", "from") if other != "outside"}
        assert {transport for transport in ways(BASE, "egress", "to") if transport[1] != "outside"} == into

    def test_only_the_front_reaches_the_messengers_and_nothing_private(self):
        beyond = {transport for transport in ways(COMPONENTS, "egress", "to") if transport[1] == "outside"}
        assert beyond == {("front", "outside", 443)}
        names = {transport for transport in ways(BASE, "egress", "to") if transport[1] == "outside"}
        assert {port for _, _, port in names} == {53}
        block = of_kind("NetworkPolicy", COMPONENTS)["front-to-messengers"]["spec"]["egress"][0]["to"][0]["ipBlock"]
        private = {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "127.0.0.0/8"}
        assert private <= set(block["except"])

    def test_the_way_in_leads_to_the_front(self):
        rules = of_kind("Ingress", BASE)["front"]["spec"]["rules"]
        assert [path["backend"]["service"]["name"] for rule in rules for path in rule["http"]["paths"]] == ["front"]
        assert of_kind("Ingress", BASE)["front"]["spec"]["tls"]
        exposed = [s["metadata"]["name"] for s in BASE if s["kind"] == "Service" and s["spec"].get("type")]
        assert exposed == []


SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE.read_text("utf-8"))["services"]


def composed(values: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    file = folder / "values.env"
    file.write_text("".join(f"{name}={value}\n" for name, value in values.items()), "utf-8")
    return run(of_system("docker-compose"), "-f", COMPOSE, "--env-file", file, "config", cwd=folder)


class TestCompose:
    def test_the_file_is_what_compose_understands(self, tools):
        result = run(tools / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE)
        assert result.returncode == 0, result.stdout

    def test_it_resolves_with_the_values_that_have_to_be_given(self, tmp_path):
        result = composed(ENOUGH, tmp_path)
        assert result.returncode == 0, result.stderr
        front = yaml.safe_load(result.stdout)["services"]["front"]["environment"]
        assert front["ASSISTANT_PUBLIC_URL"] == "https://assistant.example.org"

    @pytest.mark.parametrize("name", ENOUGH)
    def test_nothing_starts_without_one_of_them(self, tmp_path, name):
        result = composed({key: value for key, value in ENOUGH.items() if key != name}, tmp_path)
        assert result.returncode != 0
        assert name in result.stderr

    def test_the_example_names_every_value_and_holds_none(self):
        lines = (DEPLOY / "compose" / "env.example").read_text("utf-8").splitlines()
        named = {line.partition("=")[0]: line.partition("=")[2] for line in lines if line and not line.startswith("#")}
        used = set(re.findall(r"\$\{(\w+)", COMPOSE.read_text("utf-8")))
        assert used - named.keys() == IMAGES
        assert set(named.values()) == {""}

    @pytest.mark.parametrize("name", SERVICES)
    def test_every_service_is_hardened_and_bounded(self, name):
        service = SERVICES[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory"}
        assert service["stop_grace_period"]
        assert "privileged" not in service
        # Caddy's image has no other user; with one capability left, its root may bind low ports and nothing else.
        assert name == "proxy" or not service["user"].startswith("0")

    def test_only_the_proxy_is_open_and_only_it_and_the_front_have_a_way_out(self):
        networks = yaml.safe_load(COMPOSE.read_text("utf-8"))["networks"]
        assert networks["inside"] == {"internal": True}
        assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
        outward = [name for name, service in SERVICES.items() if set(service.get("networks", [])) != {"inside"}]
        shared = {name: SERVICES[name]["network_mode"] for name in outward if "networks" not in SERVICES[name]}
        assert shared == {f"{role}-{n}": f"service:pair-{n}" for role in ("rasa", "actions") for n in (0, 1)}
        assert set(outward) - set(shared) == {"proxy", "front"}

    def test_an_action_server_keeps_its_rasa_when_either_is_started_anew(self):
        """A container that shares its network takes it down with it, so each pair has one that does nothing else."""
        for n in (0, 1):
            assert SERVICES[f"pair-{n}"]["entrypoint"] == ["sleep", "infinity"]
            assert SERVICES[f"pair-{n}"]["networks"] == {"inside": {"aliases": [f"rasa-{n}"]}}

    def test_the_address_that_is_trusted_is_given_to_nobody_else(self):
        network = yaml.safe_load(COMPOSE.read_text("utf-8"))["networks"]["edge"]["ipam"]["config"][0]
        trusted = ip_address(SERVICES["front"]["environment"]["ASSISTANT_TRUSTED_PROXIES"])
        assert trusted in ip_network(network["subnet"])
        assert trusted not in ip_network(network["ip_range"])

    def test_the_front_knows_every_rasa_process_and_trusts_the_proxy_only(self):
        front = SERVICES["front"]["environment"]
        listed = front["ASSISTANT_RASA"].split(",")
        assert listed == [f"http://{name}:5005" for name in SERVICES if name.startswith("rasa-")]
        assert front["ASSISTANT_TRUSTED_PROXIES"] == SERVICES["proxy"]["networks"]["edge"]["ipv4_address"]

    def test_only_the_database_has_its_administrator_s_password_and_each_role_its_own(self):
        given = {
            name: set(re.findall(r"\w+_PASSWORD", yaml.safe_dump(service.get("environment", {}))))
            for name, service in SERVICES.items()
        }
        assert given["front"] == {"FRONT_PASSWORD", "REDIS_PASSWORD"}
        assert given["purge"] == {"PURGE_PASSWORD", "REDIS_PASSWORD"}
        assert given["rasa-0"] == given["rasa-1"] == {"TRACKERS_PASSWORD"}
        assert [name for name, names in given.items() if "POSTGRES_PASSWORD" in names] == ["postgres"]

    def test_rasa_is_asked_a_question(self):
        assert "assistant.commands.healthy" in " ".join(SERVICES["rasa-0"]["healthcheck"]["test"])

    @pytest.mark.parametrize("name", sorted(set(SERVICES) - {"pair-0", "pair-1", "purge", "backup"}))
    def test_whatever_stays_unhealthy_is_started_again(self, name):
        service = SERVICES[name]
        assert "probe.sh" in " ".join(service["healthcheck"]["test"])
        assert "./probe.sh:/usr/local/bin/probe.sh:ro" in service["volumes"]
        assert service["restart"] == "unless-stopped"
        assert service["init"] is True
        # The script waits for six seconds at most, and for three before it ends what does not hear.
        assert int(service["healthcheck"]["timeout"].removesuffix("s")) > 6 + 3

    def test_only_rasa_and_its_action_servers_are_on_the_old_python(self):
        engine = {name for name, service in SERVICES.items() if "ENGINE_IMAGE" in service["image"]}
        assert engine == {f"{role}-{n}" for role in ("pair", "rasa", "actions") for n in (0, 1)}


def test_the_action_server_starts_as_make_run_starts_it():
    command = actions_command(ACTIONS_PORT)[2:]
    assert CONTAINERS["rasa/actions"]["args"] == command
    assert [SERVICES[f"actions-{n}"]["command"] for n in (0, 1)] == [command, command]


def test_every_setting_is_explained():
    texts = [path.read_text("utf-8") for path in (ROOT / "docs").glob("*.md")] + [
        (DEPLOY / "README.md").read_text("utf-8")
    ]
    explained = set(re.findall(r"ASSISTANT_[A-Z_]+[A-Z]", "\n".join(texts)))
    shown = [COMPOSE, DEPLOY / "compose" / "env.example", *KUBERNETES.rglob("*.yml")]
    used = {name for path in shown for name in re.findall(r"ASSISTANT_[A-Z_]+[A-Z]", path.read_text("utf-8"))}
    assert used - explained == {"ASSISTANT_DOMAIN"} - explained


TABLES = [ROOT / "docs" / "operations.md", ROOT / "docs" / "web-chat-api.md"]
# What both deployments decide for themselves; and what fits none with several fronts and PostgreSQL, or is found beside
# the notice.
DECIDED = {
    *("ASSISTANT_HOST", "ASSISTANT_PUBLIC_URL", "ASSISTANT_TRUSTED_PROXIES", "ASSISTANT_NOTICE_FILE"),
    *("ASSISTANT_METRICS_PORT", "ASSISTANT_METRICS_HOST", "ASSISTANT_DATABASE"),
}
UNFIT = {"ASSISTANT_DATA", "ASSISTANT_STORAGE", "ASSISTANT_WITHDRAWN_FILE"}


def tabled() -> set[str]:
    """The settings in the documents' tables."""
    rows = re.findall(r"^\| (`[A-Z_`, ]+`) \|", "\n".join(path.read_text("utf-8") for path in TABLES), re.M)
    return {name for row in rows for name in re.findall(r"`((?:ASSISTANT|LOG)_[A-Z_]+)`", row)}


class TestSettings:
    def test_the_tables_name_every_setting_that_the_front_reads(self):
        code = (ROOT / "assistant" / "front" / "core" / "settings.py").read_text("utf-8")
        read = set(re.findall(r"\"(ASSISTANT_[A-Z_]+[A-Z])\"", code))
        rates = {f"ASSISTANT_RATE_{name.upper()}" for name in Rates.__dataclass_fields__}
        elsewhere = {"ASSISTANT_RASA", "ASSISTANT_REDIS"}
        assert len(read) > 15
        assert (read | rates) - tabled() == elsewhere

    def test_compose_passes_each_on_or_decides_it(self):
        given = SERVICES["front"]["environment"]
        assert tabled() - given.keys() == UNFIT
        passed = tabled() - DECIDED - UNFIT
        assert [name for name in passed if not re.match(rf"\$\{{{name}:[-?]", given[name])] == []

    def test_in_the_cluster_the_front_gets_whatever_an_overlay_adds(self):
        (container,) = PODS["front"]["spec"]["containers"]
        assert {"configMapRef": {"name": "assistant-settings"}} in container["envFrom"]
        fixed = {variable["name"] for variable in container["env"]}
        assert fixed & tabled() <= {*DECIDED, "ASSISTANT_SECRET", "ASSISTANT_OLD_SECRETS"}

    def test_what_is_left_empty_is_as_if_it_were_not_there(self, tmp_path):
        enough = {"ASSISTANT_DATA": str(tmp_path), "ASSISTANT_SECRET": "0" * 64}
        assert settings_from({**dict.fromkeys(tabled() - {"ASSISTANT_DATA"}, ""), **enough}) == settings_from(enough)


FRONT_IMAGE, ENGINE_IMAGE = DEPLOY / "Containerfile", DEPLOY / "Containerfile.engine"


def stages(containerfile: Path) -> list[str]:
    text = containerfile.read_text("utf-8").replace("\\\n", " ")
    return re.split(r"^(?=FROM )", text, flags=re.M)[1:]


@pytest.mark.parametrize("image", [FRONT_IMAGE, ENGINE_IMAGE], ids=["front", "engine"])
class TestImages:
    def test_hadolint_finds_nothing(self, tools, image):
        result = run(tools / "hadolint", "--no-color", "--ignore", "DL3006", image)
        assert result.returncode == 0, result.stdout

    def test_every_package_is_installed_by_its_hash(self, image):
        installs = re.findall(r"pip install [^&\n]*", "".join(stages(image)))
        assert len(installs) == 2
        assert all("--require-hashes" in install for install in installs)
        # Some packages come as source distributions; what builds them is checked by hash too.
        assert re.search(r"--build-constraints (\S+) +-r \1", installs[1])

    def test_the_last_stage_runs_as_nobody_with_nothing_to_build_with(self, image):
        last = stages(image)[-1]
        assert re.findall(r"^USER (.+)$", last, re.M) == ["10001:10001"]
        assert re.search(r"pip uninstall -y (setuptools wheel )?pip", last)
        assert not re.search(r"pip install|gcc|build-essential", last)

    def test_what_is_copied_is_there_and_let_through(self, image):
        kept = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
        copied = {
            source
            for line in re.findall(r"^COPY (?!--from)(.+)$", "".join(stages(image)), re.M)
            for source in line.split()[:-1]
        }
        assert copied <= kept
        assert [source for source in copied if not (ROOT / source).exists()] == []


class TestWhatImagesHold:
    def test_the_front_is_shipped_with_the_python_and_the_packages_that_it_is_tested_with(self):
        version = (ROOT / ".python-version-front").read_text("utf-8").strip()
        text = FRONT_IMAGE.read_text("utf-8")
        assert f"/python:{version}-slim-" in text
        assert f"/usr/local/bin/python{version}" in text
        assert "-r requirements-front.txt" in text
        assert ".venv-front/bin/python -m pytest" in (ROOT / "scripts" / "test").read_text("utf-8")

    def test_the_engine_is_shipped_with_rasas_python(self):
        version = (ROOT / ".python-version").read_text("utf-8").strip()
        assert f"/python:{version}-slim-" in ENGINE_IMAGE.read_text("utf-8")

    def test_nothing_of_rasa_is_in_the_fronts_image(self):
        locked = (ROOT / "requirements-front.txt").read_text("utf-8")
        assert not re.search(r"^(rasa|rasa-sdk|tensorflow|sanic)==", locked, re.M)

    def test_rasa_and_its_action_server_alone_are_in_the_engines(self):
        images = {name: container["image"] for name, container in CONTAINERS.items()}
        engine = {name for name, image in images.items() if image == "iom-germany-assistant-engine"}
        assert engine == {"rasa/rasa", "rasa/actions"}
        front = {name for name, image in images.items() if image == "iom-germany-assistant-front"}
        assert front == {"front/front", "purge/purge", "backup/backup"}

    def test_a_backup_is_made_by_a_client_that_knows_the_server(self):
        (installed,) = re.findall(r"apt-get install -y --no-install-recommends (\S+) ", stages(FRONT_IMAGE)[-1])
        client = int(installed.removeprefix("postgresql-client-"))
        servers = [CONTAINERS["postgres/postgres"]["image"], SERVICES["postgres"]["image"]]
        assert {client} == {int(re.findall(r"postgres:(\d+)", image)[0]) for image in servers}
        assert "apt-get install" not in "".join(stages(ENGINE_IMAGE))

    def test_the_images_hold_all_that_is_let_through(self):
        kept = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
        texts = [stage for image in (FRONT_IMAGE, ENGINE_IMAGE) for stage in stages(image)]
        lines = re.findall(r"^COPY (?!--from)(.+)$", "".join(texts), re.M)
        assert {source for line in lines for source in line.split()[:-1]} == kept

    def test_what_is_taken_out_was_locked(self):
        lines = (DEPLOY / "not-at-run-time.txt").read_text("utf-8").splitlines()
        locked = set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements.txt").read_text("utf-8"), re.M))
        assert {line for line in lines if not line.startswith("#")} <= locked


def named_images() -> dict[str, str]:
    """Every image that is not built here, by where it is named."""
    found = {f"kubernetes/{name}": container["image"] for name, container in CONTAINERS.items()}
    found |= {f"compose/{name}": service["image"] for name, service in SERVICES.items()}
    for file in (FRONT_IMAGE, ENGINE_IMAGE):
        found[file.name] = re.findall(r"^ARG PYTHON_IMAGE=(.+)$", file.read_text("utf-8"), re.M)[0]
    return {where: image for where, image in found.items() if "iom-germany-assistant" not in image}


@pytest.mark.parametrize(("where", "image"), named_images().items())
def test_images_of_others_are_named_by_what_they_hold(where, image):
    assert re.search(r"@sha256:[0-9a-f]{64}\}?$", image)


class TestPipelines:
    @pytest.mark.parametrize(
        ("schema", "file"),
        [
            ("github-workflows", ".github/workflows/check.yml"),
            ("gitlab-ci", ".gitlab-ci.yml"),
            ("renovate", "renovate.json"),
        ],
    )
    def test_the_file_is_what_its_reader_understands(self, tools, schema, file):
        result = run(tools / "check-jsonschema", "--builtin-schema", f"vendor.{schema}", ROOT / file)
        assert result.returncode == 0, result.stdout

    def test_each_pipeline_runs_what_decides(self):
        github = yaml.safe_load((ROOT / ".github/workflows/check.yml").read_text("utf-8"))
        assert {"run": ".ci/run"} in github["jobs"]["check"]["steps"]
        gitlab = yaml.safe_load((ROOT / ".gitlab-ci.yml").read_text("utf-8"))
        assert gitlab["check"]["script"] == [".ci/run"]

    def test_actions_of_others_are_named_by_their_commit(self):
        github = (ROOT / ".github/workflows/check.yml").read_text("utf-8")
        used = re.findall(r"uses: (\S+)", github)
        assert used
        assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", one) for one in used)

    def test_every_file_that_names_versions_is_watched(self):
        bot = json.loads((ROOT / "renovate.json").read_text("utf-8"))
        managers = ("dockerfile", "docker-compose", "kubernetes", "pip_requirements")
        patterns = [pattern.strip("/") for name in managers for pattern in bot[name]["managerFilePatterns"]]
        naming = [FRONT_IMAGE, ENGINE_IMAGE, COMPOSE, KUBERNETES / "base" / "postgres.yml", *ROOT.glob("requirements*")]
        names = [file.relative_to(ROOT).as_posix() for file in naming]
        assert [name for name in names if not any(re.search(pattern, name) for pattern in patterns)] == []


class TestProxy:
    def test_caddy_understands_its_file(self):
        environment = {"ASSISTANT_DOMAIN": "assistant.example.org", "ACME_EMAIL": "it@example.org", "HOME": "/tmp"}  # noqa: S108
        result = run(of_system("caddy"), "validate", "--config", CADDYFILE, "--adapter", "caddyfile", env=environment)
        assert result.returncode == 0, result.stderr

    def test_it_is_written_as_caddy_writes_it(self):
        assert run(of_system("caddy"), "fmt", CADDYFILE).stdout == CADDYFILE.read_text("utf-8")


def rules() -> dict[str, Any]:
    found: dict[str, Any] = of_kind("PrometheusRule", COMPONENTS)["assistant"]["spec"]
    return found


def board() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((DEPLOY / "grafana" / "board.json").read_text("utf-8"))
    return content


def expressions_of_the_board() -> list[str]:
    return [
        target["expr"].replace("$__rate_interval", "5m") for panel in board()["panels"] for target in panel["targets"]
    ]


class TestMeasurements:
    def test_prometheus_understands_rules_and_board(self, tmp_path):
        drawn = [{"record": f"board:{number}", "expr": expr} for number, expr in enumerate(expressions_of_the_board())]
        for name, groups in (("rules", rules()), ("board", {"groups": [{"name": "board", "rules": drawn}]})):
            file = tmp_path / f"{name}.yml"
            file.write_text(yaml.safe_dump(groups), "utf-8")
            result = run(of_system("promtool"), "check", "rules", "--lint-fatal", file)
            assert result.returncode == 0, result.stdout + result.stderr

    def test_each_rule_calls_when_it_should_and_not_before(self, tmp_path):
        (tmp_path / "rules.yml").write_text(yaml.safe_dump(rules()), "utf-8")
        cases = (DEPLOY / "kubernetes" / "components" / "monitoring" / "rules_test.yml").read_text("utf-8")
        (tmp_path / "rules_test.yml").write_text(cases, "utf-8")
        result = run(of_system("promtool"), "test", "rules", tmp_path / "rules_test.yml", cwd=tmp_path)
        assert result.returncode == 0, result.stdout + result.stderr
        tested = {
            case["alertname"] for test in yaml.safe_load(cases)["tests"] for case in test.get("alert_rule_test", [])
        }
        assert tested == {rule["alert"] for group in rules()["groups"] for rule in group["rules"]}

    def test_only_metrics_that_there_are_are_used_and_each_is(self):
        alerts = [rule["expr"] for group in rules()["groups"] for rule in group["rules"]]
        named = {name for text in [*alerts, *expressions_of_the_board()] for name in re.findall(r"assistant_\w+", text)}
        assert named == METRICS

    def test_only_kinds_of_errors_that_there_are_are_asked_for(self):
        alerts = [rule["expr"] for group in rules()["groups"] for rule in group["rules"]]
        found = re.findall(
            r'assistant_errors_total\{kind=~?"([^"]+)"', "\n".join([*alerts, *expressions_of_the_board()])
        )
        kinds = {kind for listed in found for kind in listed.split("|")}
        assert kinds <= set(ERRORS)
        # Each of what an operator has to mend. A used-up quota is seen by its size.
        assert {"database", "database_locked", "disk_full", "canary", "response", "purge", "brake"} <= kinds

    def test_the_board_is_whole(self):
        panels = board()["panels"]
        assert len({panel["id"] for panel in panels}) == len(panels)
        places = [
            (x, y)
            for panel in panels
            for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
            for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
        ]
        assert len(set(places)) == len(places)
        assert max(x for x, _ in places) < 24
