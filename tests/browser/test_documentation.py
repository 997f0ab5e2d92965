"""docs/embedding.md names everything that the element offers, and nothing else."""

from __future__ import annotations

import re

from assistant.core.paths import ROOT

SOURCE = ROOT / "widget" / "src"
PAGE = (ROOT / "docs" / "embedding.md").read_text("utf-8")
CODE = "\n".join(path.read_text("utf-8") for path in sorted(SOURCE.rglob("*.ts")))
STYLES = "\n".join(path.read_text("utf-8") for path in sorted(SOURCE.glob("*.css")))


def section(title: str) -> str:
    return PAGE.split(f"## {title}\n")[1].split("\n## ")[0]


def test_every_attribute_is_documented():
    read = set(re.findall(r'(?:get|has)Attribute\("([a-z-]+)"\)', (SOURCE / "element.ts").read_text("utf-8")))
    styled = set(re.findall(r":host\(\[([a-z]+)=", STYLES))
    assert set(re.findall(r"^\| `([a-z-]+)` ", section("Attributes"), re.M)) == read | styled | {"open"}


def test_every_custom_property_is_documented():
    assert set(re.findall(r"`(--iom-assistant-[a-z-]+)`", section("Look"))) == set(
        re.findall(r"--iom-assistant-[a-z-]+", STYLES)
    )


def test_every_part_is_documented():
    used = {name for names in re.findall(r'part: ["`]([a-z -]+)["`]', CODE) for name in names.split()}
    listed = section("Look").split("use the parts")[1]
    assert set(re.findall(r"`([a-z-]+)`", listed)) == used


def test_no_markup_is_made_of_strings():
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\.style\b(?!\.setProperty)|cssText"
    assert re.findall(forbidden, CODE) == []
