"""Stubs that take the place of libraries which Rasa imports and this project never calls."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterable
from importlib.machinery import ModuleSpec
from typing import Any


class _StubMeta(type):
    """Makes the attributes of a stub stubs too, so that `tf.keras.callbacks.Callback` can be a base class."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _stub(name)

    def __or__(cls, other: Any) -> Any:
        return Any

    def __getitem__(cls, item: Any) -> Any:
        return cls


def _accept_anything(self: Any, *_: Any, **__: Any) -> None:
    """Accepts any arguments and ignores them."""


def _stub(name: str) -> Any:
    return _StubMeta(name, (), {"__init__": _accept_anything})


class StubModule(types.ModuleType):
    """A module from which any name can be imported, none of which does anything."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _stub(name)


class StubFinder:
    """Answers every import of the given libraries with a stub; those imported earlier stay as they are."""

    def __init__(self, libraries: Iterable[str]) -> None:
        self._libraries = {name for name in libraries if name not in sys.modules}

    def find_spec(self, name: str, *_: Any) -> ModuleSpec | None:
        """The stub's specification; None for all other libraries."""
        known = name.partition(".")[0] in self._libraries
        return ModuleSpec(name, self, is_package=True) if known else None  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        """The stub itself."""
        return StubModule(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Marks the stub as a package, so that its submodules are looked up here too."""
        module.__path__ = []


def install(libraries: Iterable[str]) -> None:
    """Puts stubs in place of these libraries."""
    sys.meta_path.insert(0, StubFinder(libraries))
