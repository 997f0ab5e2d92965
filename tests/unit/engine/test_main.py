"""What the engine asks of the C library before it starts Rasa."""

from __future__ import annotations

import ctypes

import pytest

from assistant.engine import __main__ as main


class Library:
    """A C library that writes down which of malloc's options were set."""

    def __init__(self) -> None:
        self.options: dict[int, int] = {}

    def mallopt(self, option: int, value: int) -> None:
        self.options[option] = value


def test_freed_memory_is_kept(monkeypatch):
    library = Library()
    monkeypatch.setattr(ctypes, "CDLL", lambda name: library)
    main.keep_freed_memory()
    assert library.options == {-1: main.KEPT_BYTES, -3: main.KEPT_BYTES, -8: 1}


def test_the_c_library_here_takes_what_is_asked():
    assert ctypes.CDLL("libc.so.6").mallopt(main.M_MMAP_THRESHOLD, main.KEPT_BYTES) == 1


@pytest.mark.parametrize("error", [OSError("no such library"), AttributeError("mallopt")])
def test_without_glibc_it_starts_all_the_same(monkeypatch, error):
    def missing(name):
        raise error

    monkeypatch.setattr(ctypes, "CDLL", missing)
    main.keep_freed_memory()
