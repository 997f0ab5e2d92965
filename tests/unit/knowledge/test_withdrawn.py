"""The file of withdrawn answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.knowledge.withdrawn import MAX_FILE_BYTES, Withdrawal, read, withdrawn_path, write

ONE = {"ask_figures/fap_reached": Withdrawal("Anna Beispiel", "2026-11-30", "Die Zahl ist überholt: „683.950“")}


def test_what_is_written_is_read_back(tmp_path):
    path = tmp_path / "folder" / "withdrawn.yml"
    write(path, ONE)
    assert read(path) == ONE
    write(path, {})
    assert read(path) == {}


def test_a_missing_or_empty_file_withdraws_nothing(tmp_path):
    path = tmp_path / "withdrawn.yml"
    assert read(path) == {}
    path.write_text("# nothing\n")
    assert read(path) == {}


def test_dates_written_by_hand_need_no_quotes(tmp_path):
    path = tmp_path / "withdrawn.yml"
    path.write_text("ask_figures/fap_reached: {by: Anna, on: 2026-11-30, why: no}\n")
    assert read(path) == {"ask_figures/fap_reached": Withdrawal("Anna", "2026-11-30", "no")}


@pytest.mark.parametrize(
    "content",
    [
        "- ask_figures/fap_reached", "ask_figures/fap_reached", "a/b: {by: x}", "a/b: {by: x, on: y, why: [z]}",
        "a/b: {by: x, on: y, why: z, more: w}", "a/b: {by: x, on: y, why: " + "z" * 301 + "}", "a: [", "\x00",
        "#" * (MAX_FILE_BYTES + 1),
    ],
)  # fmt: skip
def test_anything_else_is_refused(tmp_path, content):
    path = tmp_path / "withdrawn.yml"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"^it |must have|has more than"):
        read(path)


def test_it_lies_beside_the_notice_unless_it_is_named():
    assert withdrawn_path({"ASSISTANT_NOTICE_FILE": "/etc/notice/notice.yml"}) == Path("/etc/notice/withdrawn.yml")
    assert withdrawn_path({"ASSISTANT_DATA": "/data"}) == Path("/data/withdrawn.yml")
    named = {"ASSISTANT_WITHDRAWN_FILE": "/x/y.yml", "ASSISTANT_NOTICE_FILE": "/etc/notice/notice.yml"}
    assert withdrawn_path(named) == Path("/x/y.yml")
