"""The YAML reader remembers line numbers and refuses what would be lost, such as duplicate keys."""

import pytest

from assistant.knowledge.errors import Finding, KnowledgeError
from assistant.knowledge.yaml_lines import read_yaml


@pytest.fixture
def read(tmp_path):
    """Reads a text as the file `facts.yml`."""

    def read_it(text: str | bytes):
        path = tmp_path / "facts.yml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return read_yaml(path)

    return read_it


def mistake(read, text: str | bytes) -> Finding:
    with pytest.raises(KnowledgeError) as caught:
        read(text)
    (finding,) = caught.value.findings
    assert finding.file == "facts.yml"
    return finding


def test_every_mapping_knows_its_first_line(read):
    content = read("# note\nentries:\n  - id: a\n\n  - id: b\n    scope:\n      from: 1\n")
    assert content.line == 2
    assert [entry.line for entry in content["entries"]] == [3, 5]
    assert content["entries"][1]["scope"].line == 7


@pytest.mark.parametrize("date", ["2024-10-16", "2024-10"])
def test_dates_stay_as_written(read, date):
    assert read(f"day: {date}") == {"day": date}


def test_umlauts_are_read(read):
    assert read("de: Grüße – „Hallo“") == {"de": "Grüße – „Hallo“"}


def test_byte_order_mark_of_windows_editors_is_no_part_of_the_first_key(read):
    assert read("\ufefftopic: a\n") == {"topic": "a"}


def test_key_given_twice_is_refused_at_its_second_line(read):
    finding = mistake(read, "de: eins\nen: one\nde: zwei\n")
    assert finding.line == 3
    assert 'the key "de" appears twice' in finding.message


def test_key_given_twice_deep_inside_is_refused(read):
    assert mistake(read, "entries:\n  - id: a\n    values: {x: 1, x: 2}\n").line == 3


def test_number_as_key_given_twice_is_refused(read):
    assert mistake(read, "2016: a\n2016: b\n").line == 2


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: [1, 2\n", 3),
        ("a: 1\n\tb: 2\n", 2),
        ('a: 1\nb: "open\n', 3),
        ("a: 1\nb: c: d\n", 2),
        ("a: 1\nb: *nothing\n", 2),
    ],
    ids=["bracket", "tab", "quote", "colon", "alias"],
)
def test_unreadable_yaml_is_refused_with_its_line(read, text, line):
    finding = mistake(read, text)
    assert finding.line == line
    assert "check indentation, quotes and colons here" in finding.message


def test_invisible_control_character_is_refused(read):
    assert "cannot be read" in mistake(read, "a: x\x08y\n").message


def test_list_as_key_is_refused(read):
    assert mistake(read, "[a]: 1\n").line == 1


def test_file_of_another_encoding_is_refused(read):
    assert "save it as UTF-8" in mistake(read, "de: Grüße".encode("latin-1")).message


def test_missing_file_is_named(tmp_path):
    with pytest.raises(KnowledgeError, match=r"facts\.yml: this file is missing; restore it"):
        read_yaml(tmp_path / "facts.yml")


def test_tags_that_run_code_are_refused(read):
    assert mistake(read, "a: !!python/object/apply:os.getcwd []\n").line == 1
