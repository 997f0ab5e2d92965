"""How a mistake is reported."""

from assistant.knowledge.errors import Finding, KnowledgeError


def test_finding_names_file_line_and_entry():
    assert str(Finding("a.yml", 7, "ask_a/b", "mend this")) == "a.yml:7: [ask_a/b] mend this"


def test_finding_without_line_and_entry_names_the_file():
    assert str(Finding("a.yml", 0, "", "mend this")) == "a.yml: mend this"


def test_warning_is_marked_as_such():
    assert str(Finding("a.yml", 7, "ask_a/b", "look", warning=True)) == "a.yml:7: [ask_a/b] warning: look"


def test_findings_sort_by_file_and_then_by_line():
    later, earlier, other = Finding("a.yml", 10, "", "x"), Finding("a.yml", 9, "", "y"), Finding("b.yml", 1, "", "z")
    assert sorted([other, later, earlier]) == [earlier, later, other]


def test_error_says_every_finding_on_a_line_of_its_own():
    error = KnowledgeError([Finding("a.yml", 1, "", "one"), Finding("b.yml", 2, "", "two")])
    assert str(error) == "a.yml:1: one\nb.yml:2: two"
