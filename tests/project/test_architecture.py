"""docs/architecture.md lists exactly the modules that exist, each under its package."""

from __future__ import annotations

import re

import pytest

from assistant.core.paths import ROOT
from assistant.engine.patches import PATCHES

TEXT = (ROOT / "docs" / "architecture.md").read_text("utf-8")
PACKAGES = sorted(
    init.parent.relative_to(ROOT).as_posix()
    for top in ("assistant", "actions")
    for init in (ROOT / top).rglob("__init__.py")
)
SECTIONS = dict(re.findall(r"^### `([\w/]+)/`\n(.*?)(?=^##|\Z)", TEXT, re.M | re.S))


def modules(package: str) -> set[str]:
    return {path.name for path in (ROOT / package).glob("*.py")} - {"__init__.py"}


def named(package: str) -> list[str]:
    rows = re.findall(r"^\| (`[\w.`, ]+`) \|", SECTIONS.get(package, ""), re.M)
    return [name for row in rows for name in re.findall(r"`(\w+\.py)`", row)]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_module_is_named_once_in_the_section_of_its_package(package):
    assert sorted(named(package)) == sorted(modules(package))


def test_no_section_is_of_a_package_that_is_gone():
    assert set(SECTIONS) <= set(PACKAGES)


def test_every_patch_is_explained():
    assert sorted(named("assistant/engine/patches")) == sorted(
        [*(f"{name}.py" for name in (*PATCHES, "apology", "stubs"))]
    )


def test_the_layers_are_those_that_import_linter_holds():
    contracts = (ROOT / "pyproject.toml").read_text("utf-8").split("[[tool.importlinter.contracts]]")[1:]
    held = {}
    for contract in contracts:
        layers = re.search(r"^layers = \[(.*?)\]$", contract, re.M | re.S)
        container = re.search(r'^containers = \["(.+)"\]$', contract, re.M)
        if layers:
            named = [re.findall(r"\w+", layer) for layer in re.findall(r'"([^"]+)"', layers[1])]
            held[f"`{container[1]}`" if container else "the repository"] = named
    section = TEXT.split("## Which package may import which")[1].partition("\n## ")[0]
    rows = re.findall(r"^\| (the repository|`[\w.]+`) \| (.+→.+) \|$", section, re.M)
    drawn = {name: [re.findall(r"`(\w+)`", layer) for layer in row.split("→")] for name, row in rows}
    assert drawn == held
    assert len(held) > 3
