"""YAML that records the line of every mapping and rejects duplicate keys."""

from __future__ import annotations

import pickle
import re
from pathlib import Path
from typing import Any

import yaml

from assistant.knowledge.errors import Finding, KnowledgeError


class Located(dict[str, Any]):
    """A mapping from a YAML file, with the number of its first line."""

    line: int = 0


# When a file was last changed, its size, and its place on the disk.
Stamp = tuple[int, int, int]


class _Kept:
    """What files held when they were last read, packed, so that those that are unchanged need not be parsed again."""

    def __init__(self) -> None:
        self.on = False
        self._packed: dict[Path, tuple[Stamp, bytes]] = {}

    def get(self, path: Path, stamp: Stamp) -> Any:
        """A fresh copy of a file's content, or None if it is not kept."""
        kept = self._packed.get(path)
        # Packed by this process, from files that it has read itself.
        return pickle.loads(kept[1]) if kept and kept[0] == stamp else None  # noqa: S301

    def put(self, path: Path, stamp: Stamp, content: Any) -> None:
        if self.on:
            self._packed[path] = stamp, pickle.dumps(content, pickle.HIGHEST_PROTOCOL)


_kept = _Kept()


def keep_files() -> None:
    """Has this process keep what it reads: for those that read the same files again and again."""
    _kept.on = True


def stamp_of(path: Path) -> Stamp | None:
    """By what a changed file can be told; None if it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


# libyaml is five times faster; without it, plain Python will do.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# YAML 1.1 reads 2024-10-16 as a date, "no" as False and 19:30 as 1170, where an editor means the text.
LEFT_AS_TEXT = ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")
WHOLE_NUMBER = re.compile(r"^[-+]?[0-9]+$")
# As German groups a large number; to YAML it is a fraction.
GROUPED = re.compile(r"[-+]?[1-9][0-9]{0,2}(?:\.[0-9]{3})+")


class MisleadingNumberError(yaml.constructor.ConstructorError):
    """A number that YAML would read as another than its writer means."""


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


def _fraction(loader: _Loader, node: yaml.ScalarNode) -> Any:
    if GROUPED.fullmatch(node.value):
        message = f"{node.value} would be read as a fraction; write {node.value.replace('.', '')}, without points"
        raise MisleadingNumberError(None, None, message, node.start_mark)
    return loader.construct_yaml_float(node)


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
_Loader.add_constructor("tag:yaml.org,2002:float", _fraction)


def read_yaml(path: Path) -> Any:
    """The content of a YAML file; raises KnowledgeError with file and line if it cannot be read."""
    stamp = stamp_of(path)
    if stamp is not None and (kept := _kept.get(path, stamp)) is not None:
        return kept
    content = _parsed(path)
    if stamp is not None:
        _kept.put(path, stamp, content)
    return content


def _parsed(path: Path) -> Any:
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise KnowledgeError([Finding(path.name, 0, "", "this file is missing; restore it")]) from None
    except UnicodeDecodeError:
        raise KnowledgeError([Finding(path.name, 0, "", "not saved as UTF-8; save it as UTF-8 text")]) from None
    return parsed(text, path.name)


def parsed(text: str, name: str) -> Any:
    """The content of YAML text; raises KnowledgeError with the file's name and the line if it cannot be read."""
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader with line numbers
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        message = f"cannot be read: {error.problem}; check indentation, quotes and colons here"
        if isinstance(error, MisleadingNumberError):
            message = str(error.problem)
        raise KnowledgeError([Finding(name, line, "", message)]) from None
    except yaml.YAMLError as error:
        message = f"cannot be read: {error}; remove the invisible character"
        raise KnowledgeError([Finding(name, 0, "", message)]) from None


def composed(text: str) -> yaml.Node | None:
    """The nodes of YAML text that can be read, with their marks."""
    node: yaml.Node | None = yaml.compose(text, Loader=_Base)
    return node
