"""Changing YAML files changes nothing else: neither comments nor layout nor any other value."""

from __future__ import annotations

from difflib import SequenceMatcher

import pytest

from assistant.core.paths import KNOWLEDGE, TRAINING
from assistant.knowledge.edit import YamlText
from assistant.knowledge.errors import EditError
from assistant.knowledge.load import topic_files

TEXT = """# A list of entries.
topic: ask_x
entries:
  # The first one.
  - id: one
    question: {de: "Frage?", en: "Question?"}  # short
    answer:
      de: "Ja, „so“ ist es."
      en: 'It is so.'
    values: {}
    sources:
      - {id: a, words: "x … y"}
      # To be confirmed.
      - {id: b}
    review_by: 2027-05
    related: [ask_x/two]

  # The second one.
  - id: two
    question: {de: "Zweite?", en: "Second?"}
    sources: [{id: a}]
    review_by: 2027
# The end.
"""
QUESTIONS = """version: "3.1"
nlu:
  - intent: ask_x/one
    examples: |
      - Was ist das?
      - # nummer eins?
  # Those of the second.
  - intent: ask_x/two
    examples: |
      - und das?
"""
# Whatever people paste: quotes, line ends, emoji, a right-to-left mark, what YAML forbids, what looks like its signs.
PASTED = 'Er sagte: "Nein" – {year}, #1\n• Punkt: „ja“ \\ \t\u2066116\u2069 \u2028 \x07 🙂 \U0001f600: - [x] & *y %z'


def changed(before: str, after: str) -> list[tuple[str, str]]:
    """What was replaced by what, letter by letter at the edges."""
    matcher = SequenceMatcher(None, before.splitlines(), after.splitlines(), autojunk=False)
    return [
        ("\n".join(before.splitlines()[a:b]), "\n".join(after.splitlines()[c:d]))
        for kind, a, b, c, d in matcher.get_opcodes()
        if kind != "equal"
    ]


def edited(*steps, to, after=()):
    text = YamlText(TEXT)
    text.set(steps, to, after)
    return changed(TEXT, text.text)


@pytest.mark.parametrize(
    ("steps", "value", "line"),
    [
        (("entries", "one", "question", "de"), "Neu?", '    question: {de: "Neu?", en: "Question?"}  # short'),
        (("entries", "one", "answer", "en"), "It's so.", '      en: "It\'s so."'),
        (("entries", "one", "review_by"), "2028-01", "    review_by: 2028-01"),
        (("entries", "one", "review_by"), "2028-01-15", '    review_by: "2028-01-15"'),
        (("entries", "two", "review_by"), 2028, "    review_by: 2028"),
        (("entries", "two", "sources"), [{"id": "c", "words": "z"}], '    sources: [{id: c, words: "z"}]'),
        (("entries", "one", "values"), {"of": "a", "when": "2023-02"}, '    values: {of: "a", when: 2023-02}'),
        (("entries", "one", "values", "year"), 1954, "    values: {year: 1954}"),
        (("entries", "one", "sources", "b", "words"), "z", '      - {id: b, words: "z"}'),
    ],
)  # fmt: skip
def test_one_place_changes_and_no_other(steps, value, line):
    (change,) = edited(*steps, to=value)
    assert change[1] == line
    assert "\n" not in change[0]


A, B = {"id": "a", "words": "x … y"}, {"id": "b"}
LAID_OUT = """x:
  block:  # All of them.
    - {id: a, words: 'x … y'}  # first

    # To be confirmed.
    - {id: b}
    - id: c
      words: "z"
  flow: [{id: a, words: 'x … y'}, {id: b},  {id: c}]
  values:
    # By a count.
    people: 16576
    names: {of: 'a', in: "b"}  # short
  last: 1
"""


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("block", [A, B, {"id": "c", "words": "z"}], [("", "")]),
        ("block", [A, {"id": "b", "words": "n"}, {"words": "z", "id": "c"}], [("{id: b}", '{id: b, words: "n"}')]),
        ("block", [A, {"id": "d"}, {"id": "c", "words": "z"}], [("- {id: b}\n", "- {id: d}\n")]),
        ("block", [A, B, {"id": "c", "words": "new"}], [('"z"', '"new"')]),
        ("block", [A, {"id": "c", "words": "z"}], [("\n    # To be confirmed.\n    - {id: b}\n", "")]),
        ("block", [B, {"id": "c", "words": "z"}], [("- {id: a, words: 'x … y'}  # first\n\n    ", "")]),
        ("block", [{"id": "d"}, A, B, {"id": "c", "words": "z"}], [("- {id: a", "- {id: d}\n    - {id: a")]),
        ("block", [A, B, {"id": "c", "words": "z"}, "d"], [('"z"\n', '"z"\n    - d\n')]),
        ("flow", [A, {"id": "c"}], [(" {id: b},  {id: c}", " {id: c}")]),
        ("flow", [{"id": "a", "words": "new"}, B, {"id": "c"}], [("'x … y'}, {id: b},  ", '"new"}, {id: b}, ')]),
        ("values", {"people": 16580, "names": {"of": "a", "in": "b"}}, [("16576", "16580")]),
        ("values", {"people": 16576, "names": {"of": "n", "in": "b"}}, [("'a', in", '"n", in')]),
        ("values", {"people": 16576, "names": {"of": "a", "in": "b"}, "n": 1}, [("short\n", "short\n    n: 1\n")]),
        ("values", {"names": {"of": "a", "in": "b"}}, [("    people: 16576\n", "")]),
    ],
)  # fmt: skip
def test_a_list_or_mapping_keeps_its_layout_and_all_in_it_that_stays(field, value, expected):
    text = YamlText(LAID_OUT)
    text.set(("x", field), value)
    after = LAID_OUT
    for old, new in expected:
        begin = after.index(f"  {field}:")
        after = after[:begin] + after[begin:].replace(old, new, 1)
    assert text.text == after


@pytest.mark.parametrize("value", [[], "d"])
def test_what_is_no_list_any_more_takes_the_place_of_one(value):
    text = YamlText("x:\n  block:\n    - a\n  last: 1\n")
    text.set(("x", "block"), value)
    assert text.content() == {"x": {"block": value, "last": 1}}


@pytest.mark.parametrize(
    ("after", "below"), [(("review_by",), "    review_by: 2027-05"), ((), "    related: [ask_x/two]")]
)
def test_a_field_is_added_behind_another_or_at_the_end(after, below):
    text = YamlText(TEXT)
    text.set(("entries", "one", "approved"), {"de": {"by": "A. B.", "on": "2027-01-15", "hash": "0" * 12}}, after)
    line = f'    approved: {{de: {{by: "A. B.", on: "2027-01-15", hash: "{"0" * 12}"}}}}'
    assert text.text == TEXT.replace(f"{below}\n", f"{below}\n{line}\n")
    text.remove("entries", "one", "approved")
    assert text.text == TEXT


@pytest.mark.parametrize("name", ["answer", "sources", "review_by", "related", "values", "question"])
def test_what_is_removed_leaves_all_else(name):
    text = YamlText(TEXT)
    expected = text.content()
    text.remove("entries", "one", name)
    del expected["entries"][0][name]
    assert text.content() == expected
    assert "# The second one." in text.text


def test_part_of_a_line_is_removed_with_its_comma():
    text = YamlText("a: {b: 1, c: 2, d: 3}\n")
    text.remove("a", "d")
    assert text.text == "a: {b: 1, c: 2}\n"
    text.remove("a", "b")
    assert text.text == "a: {c: 2}\n"
    text.remove("a", "c")
    assert text.text == "a: {}\n"


def test_items_are_added_to_lists_of_both_layouts():
    text = YamlText(TEXT)
    text.append(("entries", "one", "related"), "ask_x/three")
    text.append(("entries", "one", "sources"), {"id": "c"})
    text.append(("entries", "two", "sources"), {"id": "c"})
    assert "related: [ask_x/two, ask_x/three]" in text.text
    assert "      - {id: b}\n      - {id: c}\n" in text.text
    assert "sources: [{id: a}, {id: c}]" in text.text


def test_an_entry_is_added_as_people_write_it():
    text = YamlText(TEXT)
    entry = {
        "id": "three",
        "kind": "fact",
        "question": {"de": "Drei?", "en": "Three?"},
        "answer": {"de": "Drei.", "en": "Three."},
        "values": {},
        "review_by": "2027-06",
    }
    text.append(("entries",), entry)
    added = """
  - id: three
    kind: fact
    question: {de: "Drei?", en: "Three?"}
    answer:
      de: "Drei."
      en: "Three."
    values: {}
    review_by: 2027-06
"""
    assert text.text == TEXT.replace("# The end.\n", f"{added[1:]}# The end.\n").replace(
        "    review_by: 2027\n  - id: three", "    review_by: 2027\n\n  - id: three"
    )


def test_an_entry_of_a_translation_is_added_as_translators_write_it():
    text = YamlText('topic: ask_x\nentries:\n  one:\n    of: "00000000"\n    answer: "Так."\n')
    text.set(("entries", "two"), {"of": "11111111", "answer": "Ні.", "values": {"hours": "вдень"}})
    assert text.text.endswith('  two:\n    of: "11111111"\n    answer: "Ні."\n    values: {hours: "вдень"}\n')


@pytest.mark.parametrize("intent", ["ask_x/one", "ask_x/two", "ask_x/new"])
@pytest.mark.parametrize(
    "question", ["Und wann?", "# wer?", '"Ja", sagte sie: und jetzt?', "- x", PASTED.split("\n")[0]]
)
def test_a_training_question_is_added_to_its_intent(intent, question):
    text = YamlText(QUESTIONS)
    text.add_example(intent, question)
    assert text.get("nlu", intent, "examples").endswith(f"- {question}\n")
    assert "  # Those of the second.\n" in text.text
    assert len(text.text.splitlines()) == len(QUESTIONS.splitlines()) + (3 if intent.endswith("new") else 1)


def test_a_question_of_two_lines_or_none_is_refused():
    for question in ("a\nb", " "):
        with pytest.raises(EditError):
            YamlText(QUESTIONS).add_example("ask_x/one", question)


def test_whatever_is_pasted_comes_back():
    text = YamlText(TEXT)
    for steps in (("entries", "one", "question", "de"), ("entries", "one", "answer", "en")):
        text.set(steps, PASTED)
        assert text.get(*steps) == PASTED


@pytest.mark.parametrize(
    "value", ["null", "yes", "1e3", "0x10", "~", "", "12:30", "2027-01-15", "a: b", "-", "683.950"]
)
def test_what_looks_like_something_else_stays_a_text(value):
    text = YamlText(TEXT)
    text.set(("entries", "one", "review_by"), value)
    assert text.get("entries", "one", "review_by") == value


@pytest.mark.parametrize(
    "written", ["[{id: a}, # Why.\n  {id: b}]", "[{id: a}, {id: b} # Why.\n  ]", "[ # Why.\n  {id: a}, {id: b}]"]
)
def test_a_list_in_brackets_is_refused_rather_than_robbed_of_its_comments(written):
    text = YamlText(f"x:\n  {written}\n")
    text.set(("x",), [{"id": "a"}, {"id": "b"}])
    with pytest.raises(EditError):
        text.set(("x",), [{"id": "a"}, {"id": "c"}])
    assert text.text == f"x:\n  {written}\n"


def test_a_number_sign_within_a_text_in_brackets_is_no_comment():
    text = YamlText("x: [{id: a#1, words: 'nr. # 1'}, {id: b}]  # Why.\n")
    text.set(("x", "b", "id"), "c")
    text.set(("x",), [{"id": "a#1", "words": "nr. # 1"}, {"id": "d"}])
    assert text.text == "x: [{id: a#1, words: 'nr. # 1'}, {id: d}]  # Why.\n"


def test_what_is_not_there_cannot_be_changed():
    for steps in (("entries", "none", "answer"), ("entries", "one", "id", "x")):
        with pytest.raises(EditError):
            YamlText(TEXT).set(steps, "x")
    with pytest.raises(EditError):
        YamlText(TEXT).remove("entries", "one", "none")
    with pytest.raises(EditError):
        YamlText(TEXT).remove("entries", "one", "id")


def test_the_lines_of_an_entry_are_its_own():
    assert YamlText(TEXT).lines("entries", "one") == (5, 16)
    assert YamlText(TEXT).lines("entries", "two", "review_by") == (22, 22)


def files_of_entries():
    """The files of the originals, and of one language from left to right and one from right to left."""
    for folder in (KNOWLEDGE, KNOWLEDGE / "uk", KNOWLEDGE / "ar"):
        yield from (path for path in topic_files(folder) if path.name not in ("words.yml", "examples.yml"))


@pytest.mark.parametrize("path", files_of_entries(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_entry_of_the_knowledge_can_be_changed_and_nothing_else_does(path):
    """Each gets another answer and one more line; with these taken back, the file is what it was, letter by letter."""
    before = path.read_text("utf-8")
    text = YamlText(before, path.name)
    entries = text.content()["entries"]
    is_list = isinstance(entries, list)
    for name in [each["id"] for each in entries] if is_list else entries:
        text.set(("entries", name, "answer", *(["de"] if is_list else [])), f"{name}: {PASTED}")
        text.set(("entries", name, "approved"), {"by": "A. B."}, after=("review_by", "of"))
    lines = [line for line in text.text.splitlines() if line != '    approved: {by: "A. B."}']
    was = before.splitlines()
    different = [(old, new) for old, new in zip(was, lines, strict=True) if old != new]
    assert len(different) == len(entries)
    assert text.text.count("approved: {by") == len(entries)
    for old, new in different:
        start, end = new.index('"', new.index(": ")), new.index("%z") + 3
        assert old.startswith(new[:start])
        assert old.endswith(new[end:])


@pytest.mark.parametrize("path", sorted(TRAINING.glob("*/*.yml")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_intent_can_have_one_more_question(path):
    before = path.read_text("utf-8")
    for block in YamlText(before).content()["nlu"][:3]:
        text = YamlText(before, path.name)
        text.add_example(block["intent"], "Eine Frage?")
        (change,) = changed(before, text.text)
        assert change == ("", "      - Eine Frage?")
