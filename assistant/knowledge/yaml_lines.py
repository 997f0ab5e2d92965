"""YAML that records the line of every mapping and rejects duplicate keys."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from assistant.knowledge.errors import Finding, KnowledgeError


class Located(dict[str, Any]):
    """A mapping from a YAML file, with the number of its first line."""

    line: int = 0


# libyaml is five times faster; without it, plain Python will do.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# YAML 1.1 reads 2024-10-16 as a date, "no" as False and 19:30 as 1170, where an editor means the text.
LEFT_AS_TEXT = ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")
WHOLE_NUMBER = re.compile(r"^[-+]?[0-9]+$")


class _Loader(_Base):  # type: ignore[misc]
    """Reads numbers as numbers and every other scalar as text."""


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, WHOLE_NUMBER if tag == "tag:yaml.org,2002:int" else pattern)
        for tag, pattern in resolvers
        if tag not in LEFT_AS_TEXT
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _mapping(loader: _Loader, node: yaml.MappingNode) -> Located:
    located = Located()
    located.line = node.start_mark.line + 1
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise yaml.constructor.ConstructorError(None, None, "a name must be one word", key_node.start_mark)
        key = str(loader.construct_object(key_node))
        if key in located:
            raise yaml.constructor.ConstructorError(
                None, None, f'the key "{key}" appears twice; keep one', key_node.start_mark
            )
        located[key] = loader.construct_object(value_node, deep=True)
    return located


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_yaml(path: Path) -> Any:
    """The content of a YAML file; raises KnowledgeError with file and line if it cannot be read."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise KnowledgeError([Finding(path.name, 0, "", "this file is missing; restore it")]) from None
    except UnicodeDecodeError:
        raise KnowledgeError([Finding(path.name, 0, "", "not saved as UTF-8; save it as UTF-8 text")]) from None
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader with line numbers
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        message = f"cannot be read: {error.problem}; check indentation, quotes and colons here"
        raise KnowledgeError([Finding(path.name, line, "", message)]) from None
    except yaml.YAMLError as error:
        message = f"cannot be read: {error}; remove the invisible character"
        raise KnowledgeError([Finding(path.name, 0, "", message)]) from None
