"""The oldest browsers that the documents name have everything that the element cannot do without."""

from __future__ import annotations

import re

import pytest

from assistant.core.paths import ROOT

FILES = sorted((ROOT / "widget" / "dist").glob("*.js"))
BUNDLE = "".join(file.read_text("utf-8") for file in FILES)
BUILD = ROOT / "widget" / "build.mjs"
DOCUMENT = ROOT / "docs" / "embedding.md"
CLAIM = re.compile(r"Chromium ([\d.]+),\s+Firefox ([\d.]+),\s+Safari ([\d.]+)")
TARGET = re.compile(r'"chrome([\d.]+)", "firefox([\d.]+)", "safari([\d.]+)"')
# The first Chromium, Firefox and Safari that have it. Not here: what the element does without where it is missing
# (field-sizing, overflow: clip, adopted style sheets, randomUUID).
NEEDED = {
    r"\binert\b": (102, 112, 15.5),
    r"\bBroadcastChannel\b": (54, 38, 15.4),
    r":focus-visible": (86, 85, 15.4),
    r"\breplaceChildren\b": (86, 78, 14),
    r"inset-(block|inline)": (87, 63, 14.1),
    r"\bDisplayNames\b": (81, 86, 14.1),
    r"\bbeforeprint\b": (63, 6, 13),
    r"\breplaceAll\b": (85, 77, 13.1),
    r":(is|where)\(": (88, 78, 14),
    r":has\(": (105, 121, 15.4),
    r"@container": (105, 110, 16),
    r"@layer": (99, 97, 15.4),
    r"color-mix\(": (111, 113, 16.2),
    r"\bstructuredClone\b": (98, 94, 15.4),
    r"\.findLast\(": (97, 104, 15.4),
    r"\.(toSorted|toReversed|toSpliced)\(": (110, 115, 16),
    r"\.(show|hide|toggle)Popover\(": (114, 125, 17),
    r"Object\.groupBy\(": (117, 119, 17.4),
}

# Used only where the browser has it.
ASKED_BEFORE = {r"\.(show|hide|toggle)Popover\(": r"\"showPopover\" ?in\b"}


def versions(pattern: re.Pattern[str], text: str) -> tuple[float, ...]:
    found = pattern.search(text)
    assert found
    return tuple(float(version) for version in found.groups())


def test_the_build_is_made_for_the_browsers_that_the_documents_name():
    assert versions(TARGET, BUILD.read_text("utf-8")) == versions(CLAIM, DOCUMENT.read_text("utf-8"))


@pytest.mark.parametrize("feature", NEEDED)
def test_what_the_element_needs_is_in_every_browser_that_the_documents_name(feature):
    claimed = versions(CLAIM, DOCUMENT.read_text("utf-8"))
    if feature in ASKED_BEFORE:
        assert re.search(ASKED_BEFORE[feature], BUNDLE)
    elif re.search(feature, BUNDLE):
        assert all(first <= oldest for first, oldest in zip(NEEDED[feature], claimed, strict=True))


def test_what_is_looked_for_is_found_where_it_is_used():
    assert [feature for feature in list(NEEDED)[:5] if not re.search(feature, BUNDLE)] == []
