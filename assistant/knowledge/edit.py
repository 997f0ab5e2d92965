"""Changes YAML files where something changes and nowhere else: comments, order and layout stay as people wrote them.

Each change is read again before it counts, so that no file ever says anything else than was meant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import yaml

from assistant.knowledge.errors import EditError, KnowledgeError
from assistant.knowledge.yaml_lines import composed, parsed
from assistant.knowledge.yaml_style import Value, end_of, field, line_end, lines_of, plain, replacing, written

# A name in a mapping; in a list, the `id` (or `intent`) of an item, or its number.
Step = str | int
NAMES = ("id", "intent")
EXAMPLES = "examples"
Kind = TypeVar("Kind", bound=yaml.Node)


class YamlText:
    """The text of a YAML file, and changes of single places in it."""

    def __init__(self, text: str, name: str = "") -> None:
        self.text, self._name = text, name
        # Of the text as it is now, made when first needed.
        self._content: Any = None
        self._root: yaml.Node | None = None

    def get(self, *steps: Step) -> Any:
        """What stands in a place; None if there is nothing."""
        found: Any = self.content()
        for step in steps:
            if isinstance(found, Mapping):
                found = found.get(step)
            elif isinstance(found, list) and (index := _index(found, step)) is not None:
                found = found[index]
            else:
                return None
        return found

    def content(self) -> Any:
        """The whole content; raises KnowledgeError if the text cannot be read."""
        if self._content is None:
            self._content = parsed(self.text, self._name)
        return self._content

    def lines(self, *steps: Step) -> tuple[int, int]:
        """The first and the last line (from 1) of what stands in a place, including its name."""
        before, node = self._found(steps)
        return before.start_mark.line + 1, self.text.count("\n", 0, end_of(self.text, node)) + 1

    def set(self, steps: Sequence[Step], value: Value, after: Sequence[str] = ()) -> None:
        """Replaces a value, or adds it: behind the last field of `after` that is there, or at the end."""
        *parents, name = steps
        if self.get(*steps) is None:
            self._add(parents, str(name), value, after)
            return
        _, node = self._found(steps)
        start, end, replaced = replacing(self.text, node, self.get(*steps), plain(value))
        fresh = self.text[:start] + replaced + self.text[end:]
        self._checked(fresh, _with(self.content(), steps, plain(value)))

    def remove(self, *steps: Step) -> None:
        """Removes a field with its name."""
        *parents, name = steps
        mapping = self._mapping(parents)
        position = next((n for n, (key, _) in enumerate(mapping.value) if key.value == name), None)
        if position is None:
            raise EditError(f"there is no {name} to remove")
        start, end = self._extent(mapping, position)
        fewer = {key: value for key, value in _at(self.content(), parents).items() if key != name}
        self._checked(self.text[:start] + self.text[end:], _with(self.content(), parents, fewer))

    def append(self, steps: Sequence[Step], value: Value) -> None:
        """Adds an item at the end of a list: a mapping of many fields line by line, all else as others in the list."""
        node = self._node(steps, yaml.SequenceNode)
        expected = _with(self.content(), steps, [*self.get(*steps), plain(value)])
        if node.flow_style:
            end = node.end_mark.index - 1
            comma = ", " if node.value else ""
            fresh = self.text[:end].rstrip() + comma + written(value) + self.text[end:]
        else:
            fresh = self._with_item(node, value)
        self._checked(fresh, expected)

    def add_example(self, intent: str, question: str) -> None:
        """Adds a training question to an intent of a file below data/nlu, or the intent with it."""
        if not question.strip() or "\n" in question:
            raise EditError("a training question is one line")
        line = f"- {question.strip()}\n"
        blocks = self.get("nlu")
        if _index(blocks, intent) is None:
            expected = _with(self.content(), ("nlu",), [*blocks, {"intent": intent, EXAMPLES: line}])
            block = f"  - intent: {intent}\n    {EXAMPLES}: |\n      {line}"
            self._checked(self.text.rstrip("\n") + "\n" + block, expected)
            return
        node = self._node(("nlu", intent, EXAMPLES), yaml.ScalarNode)
        if node.style != "|":
            raise EditError(f"the examples of {intent} are not a block")
        end = end_of(self.text, node)
        last = self.text[:end].rpartition("\n")[2]
        indent = " " * (len(last) - len(last.lstrip()))
        examples = self.get("nlu", intent, EXAMPLES).rstrip("\n") + "\n" + line
        expected = _with(self.content(), ("nlu", intent, EXAMPLES), examples)
        self._checked(f"{self.text[:end]}\n{indent}{line.rstrip()}{self.text[end:]}", expected)

    def _add(self, parents: Sequence[Step], name: str, value: Value, after: Sequence[str]) -> None:
        mapping = self._mapping(parents)
        expected = _with(self.content(), (*parents, name), plain(value))
        if mapping.flow_style:
            end = mapping.end_mark.index - 1
            comma = ", " if mapping.value else ""
            fresh = f"{self.text[:end].rstrip()}{comma}{name}: {field(name, value)}{self.text[end:]}"
            self._checked(fresh, expected)
            return
        fields = [node for key, node in mapping.value if key.value in after] or [mapping.value[-1][1]]
        end = line_end(self.text, end_of(self.text, max(fields, key=lambda node: node.start_mark.index)))
        indent = " " * mapping.value[0][0].start_mark.column
        lines = lines_of({name: value})
        if isinstance(value, Mapping) and all(_in_lines(node) for _, node in mapping.value):
            lines = [f"{name}:", *(f"  {line}" for line in lines_of(value))]
        added = "".join(f"\n{indent}{line}" for line in lines)
        self._checked(self.text[:end] + added + self.text[end:], expected)

    def _with_item(self, node: yaml.SequenceNode, value: Value) -> str:
        end = line_end(self.text, end_of(self.text, node))
        indent = " " * node.start_mark.column
        apart = "\n" if isinstance(value, Mapping) and any(map(_in_lines, node.value)) else ""
        first, *others = lines_of(value) if isinstance(value, Mapping) and apart else [written(value)]
        lines = "\n".join([f"{indent}- {first}", *(f"{indent}  {line}" for line in others)])
        return f"{self.text[:end]}\n{apart}{lines}{self.text[end:]}"

    def _extent(self, mapping: yaml.MappingNode, position: int) -> tuple[int, int]:
        """From where to where a field is removed: whole lines, or a part of one with its comma."""
        key, node = mapping.value[position]
        start, end = key.start_mark.index, end_of(self.text, node)
        if not mapping.flow_style:
            if position == 0:
                raise EditError(f"{key.value} comes first and has to stay")
            return self.text.rindex("\n", 0, start), line_end(self.text, end)
        if position + 1 < len(mapping.value):
            return start, mapping.value[position + 1][0].start_mark.index
        return (end_of(self.text, mapping.value[position - 1][1]) if position else start), end

    def _checked(self, fresh: str, expected: Any) -> None:
        """Takes over a text that says what is expected; raises EditError otherwise."""
        try:
            as_read = parsed(fresh, self._name)
        except KnowledgeError as error:
            raise EditError(str(error)) from None
        if as_read != expected:
            raise EditError("the file would say something else than was meant")
        self.text, self._content, self._root = fresh, as_read, None

    def _found(self, steps: Sequence[Step]) -> tuple[yaml.Node, yaml.Node]:
        """The node in a place, and that of its name (or itself, in a list)."""
        if self._root is None:
            self._root = composed(self.text)
        node, before = self._root, None
        for step in steps:
            if isinstance(node, yaml.MappingNode):
                before, node = next(((key, each) for key, each in node.value if key.value == step), (None, None))
            elif isinstance(node, yaml.SequenceNode):
                items = [_named(item) if isinstance(item, yaml.MappingNode) else {} for item in node.value]
                index = _index(items, step)
                node = before = node.value[index] if index is not None else None
        if node is None:
            raise EditError(f"there is nothing at {'.'.join(map(str, steps))}")
        return before or node, node

    def _node(self, steps: Sequence[Step], kind: type[Kind]) -> Kind:
        _, node = self._found(steps)
        if not isinstance(node, kind):
            raise EditError(f"what stands at {'.'.join(map(str, steps))} is of another kind")
        return node

    def _mapping(self, steps: Sequence[Step]) -> yaml.MappingNode:
        return self._node(steps, yaml.MappingNode)


def _in_lines(node: yaml.Node) -> bool:
    """Whether a node is a mapping that is written line by line."""
    return isinstance(node, yaml.MappingNode) and not node.flow_style


def _named(node: yaml.MappingNode) -> dict[str, str]:
    return {key.value: each.value for key, each in node.value if key.value in NAMES}


def _index(items: Sequence[Any], step: Step) -> int | None:
    """Where an item of a list is: by its number, or by its name."""
    if isinstance(step, int):
        return step if -len(items) <= step < len(items) else None
    named = (n for n, each in enumerate(items) if isinstance(each, Mapping) and step in map(each.get, NAMES))
    return next(named, None)


def _key(parent: Any, step: Step) -> Step | None:
    return step if isinstance(parent, Mapping) else _index(parent, step)


def _at(content: Any, steps: Sequence[Step]) -> Any:
    """What stands in a place that exists."""
    for step in steps:
        content = content[_key(content, step)]
    return content


def _with(content: Any, steps: Sequence[Step], value: Any) -> Any:
    """The content with another value in one place; what was there before stays as it was."""
    if not steps:
        return value
    key, others = _key(content, steps[0]), steps[1:]
    if isinstance(content, Mapping):
        return {**content, key: _with(content.get(key), others, value)}
    return [_with(item, others, value) if number == key else item for number, item in enumerate(content)]
