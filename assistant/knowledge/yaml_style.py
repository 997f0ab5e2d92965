"""Writes values into YAML as house style has them, and as what they replace is laid out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

import yaml

from assistant.core.languages import LANGUAGES
from assistant.knowledge.errors import EditError
from assistant.knowledge.yaml_lines import parsed

Value = str | int | float | Mapping[str, "Value"] | Sequence["Value"]
# What house style writes without quotes: ids, months, years.
PLAIN = re.compile(r"[a-z][a-z0-9_]*(?:[/.-][a-z0-9_]+)*|\d{4}(?:-\d{2})?")
ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}
# What YAML does not allow as it is, or what no editor shows.
INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
# Fields whose own fields stand one below another.
LINE_BY_LINE = ("answer", "note", "text")
BLOCK_STYLES = ("|", ">")


def replacing(text: str, node: yaml.Node, before: Any, value: Any) -> tuple[int, int, str]:
    """From where to where a node is replaced by a value, and by what: its layout stays, and all in it that is equal.

    Raises EditError if there are comments between braces or brackets, which have no line of their own to stay on.
    """
    start, end = node.start_mark.index, end_of(text, node)
    if before == value and isinstance(before, type(value)):
        return start, end, text[start:end]
    if isinstance(node, yaml.CollectionNode) and node.flow_style and _has_comment(text, node):
        raise EditError("there is a comment between the braces or brackets")
    if isinstance(node, yaml.MappingNode) and isinstance(value, dict) and value and node.value:
        items = _fields(text, node, before, value)
    elif isinstance(node, yaml.SequenceNode) and isinstance(value, list) and value and node.value:
        items = _items(text, node, before, value)
    else:
        quoted = isinstance(node, yaml.ScalarNode) and node.style in ('"', "'", *BLOCK_STYLES)
        return start, end, written(value, quoted)
    if node.flow_style:
        return start, end, f"{text[start]}{', '.join(items)}{text[end - 1]}"
    apart = "\n" + " " * node.start_mark.column
    lines = "".join(item if item.startswith("\n") else f"{apart}{item}" for item in items)
    # The first line begins where the node does.
    return start, line_end(text, end), lines.lstrip("\n").lstrip(" ")


def _fields(text: str, node: yaml.MappingNode, before: Mapping[str, Any], value: Mapping[str, Any]) -> Iterator[str]:
    """The fields of a mapping with new values, those that are new behind the others."""
    places = {key.value: (number, key, each) for number, (key, each) in enumerate(node.value)}
    for name in [*(name for name in before if name in value), *(name for name in value if name not in before)]:
        if name not in before:
            yield f"{name}: {field(name, value[name])}"
            continue
        number, key, each = places[name]
        previous = node.value[number - 1][1] if number else None
        yield _changed(text, node, previous, key.start_mark.index, each, before[name], value[name])


def _items(text: str, node: yaml.SequenceNode, before: Sequence[Any], value: Sequence[Any]) -> Iterator[str]:
    """The items of a list with new values; what is taken out takes the comments above it along."""
    dash = "" if node.flow_style else "- "
    matched = SequenceMatcher(None, [*map(_said, before)], [*map(_said, value)], autojunk=False)
    for _, first, last, begin, end in matched.get_opcodes():
        for number, new in zip(range(begin, end), value[begin:end]):
            old = first + number - begin
            if old >= last:
                yield f"{dash}{written(new)}"
                continue
            each, previous = node.value[old], node.value[old - 1] if old else None
            start = each.start_mark.index if node.flow_style else text.rindex("-", 0, each.start_mark.index)
            yield _changed(text, node, previous, start, each, before[old], new)


def _said(item: object) -> str:
    """What an item says, in whatever order."""
    return json.dumps(item, sort_keys=True)


def _changed(
    text: str, parent: yaml.CollectionNode, previous: yaml.Node | None, start: int, node: yaml.Node, old: Any, new: Any
) -> str:
    """A field or an item with another value; line by line, with the comments above and behind it."""
    first, last, fresh = replacing(text, node, old, new)
    if parent.flow_style:
        return text[start:first] + fresh
    begin = line_end(text, end_of(text, previous)) if previous else start
    return text[begin:first] + fresh + text[last : line_end(text, last)]


def end_of(text: str, node: yaml.Node) -> int:
    """Where a node's own text ends; YAML counts comments and empty lines behind a block to it."""
    start, end = node.start_mark.index, node.end_mark.index
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return end_of(text, last[1] if isinstance(last, tuple) else last)
    return start + len(text[start:end].rstrip()) if _is_block(node) else end


def _has_comment(text: str, node: yaml.CollectionNode) -> bool:
    """Whether there is a comment between the first and the last sign of a node."""
    position = node.start_mark.index
    for leaf in _scalars(node):
        if "#" in text[position : leaf.start_mark.index]:
            return True
        position = leaf.end_mark.index
    return "#" in text[position : node.end_mark.index]


def _scalars(node: yaml.Node) -> Iterator[yaml.Node]:
    """The names and values in a node, in order."""
    if not isinstance(node, yaml.CollectionNode):
        yield node
        return
    for each in node.value:
        for part in each if isinstance(each, tuple) else (each,):
            yield from _scalars(part)


def line_end(text: str, position: int) -> int:
    """The end of the line, so that a comment behind a value stays there."""
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def written(value: Value, quoted: bool = False) -> str:
    """A value on one line, as house style writes it."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {field(name, each)}" for name, each in value.items()) + "}"
    if isinstance(value, str):
        return value if not quoted and _is_plain(value) else f'"{_escaped(value)}"'
    if isinstance(value, Sequence):
        return "[" + ", ".join(written(each) for each in value) + "]"
    return str(value)


def field(name: str, value: Value) -> str:
    """The value of a field: texts in quotes, even where they would not need them."""
    return written(value, quoted=name in LANGUAGES or name in ("of", "by", "on", "hash", "phone", "words", "text"))


def lines_of(fields: Mapping[str, Value]) -> list[str]:
    """The fields of an item line by line, and texts in several languages one below another."""
    lines: list[str] = []
    for name, value in fields.items():
        if name in LINE_BY_LINE and isinstance(value, Mapping):
            lines += [f"{name}:", *(f"  {line}" for line in lines_of(value))]
        else:
            lines.append(f"{name}: {field(name, value)}")
    return lines


def _is_plain(value: str) -> bool:
    return bool(PLAIN.fullmatch(value)) and parsed(value, "") == value


def _escaped(text: str) -> str:
    known = "".join(ESCAPES.get(letter, letter) for letter in text)
    return INVISIBLE.sub(lambda match: f"\\u{ord(match[0]):04x}", known)


def _is_block(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.style in BLOCK_STYLES


def plain(value: Value) -> Any:
    """A value as it is when it is read."""
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    return value if isinstance(value, str) or not isinstance(value, Sequence) else [plain(each) for each in value]
