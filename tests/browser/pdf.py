"""Reads the text of a PDF as Chromium prints it: enough of the format, and no more."""

from __future__ import annotations

import re
import zlib

OBJECT = re.compile(rb"(\d+) 0 obj\b(.*?)\bendobj", re.DOTALL)
STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
PAGE = re.compile(rb"/Type\s*/Page\b")
SHOWN = re.compile(rb"/(F\d+) [\d.]+ Tf|<([0-9A-Fa-f]+)> Tj|\[((?:<[0-9A-Fa-f]+>|[-\d. ]+)*)\] ?TJ")
LETTERS = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)
RANGES = re.compile(rb"beginbfrange(.*?)endbfrange", re.DOTALL)
HEX = re.compile(rb"<([0-9A-Fa-f]+)>")


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page, without spaces, since these are often only distances."""
    objects = {int(number): body for number, body in OBJECT.findall(pdf)}
    return [_text_of(body, objects) for body in objects.values() if PAGE.search(body)]


def squeezed(text: str) -> str:
    """A text without spaces, to be looked for in a page."""
    return "".join(text.split())


def _text_of(page: bytes, objects: dict[int, bytes]) -> str:
    fonts = {
        name.decode(): _letters(_stream(objects[_reference(rb"/ToUnicode", objects[int(number)])]))
        for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", page)
        if b"/ToUnicode" in objects[int(number)]
    }
    text, letters = [], dict[int, str]()
    for font, one, many in SHOWN.findall(_stream(objects[_reference(rb"/Contents", page)])):
        if font:
            letters = fonts.get(font.decode(), {})
            continue
        codes = [one] if one else HEX.findall(many)
        text += [letters.get(code, "") for hexes in codes for code in _codes(hexes)]
    return squeezed("".join(text))


def _reference(name: bytes, body: bytes) -> int:
    found = re.search(name + rb" (\d+) 0 R", body)
    assert found, name
    return int(found[1])


def _stream(body: bytes) -> bytes:
    found = STREAM.search(body)
    assert found
    return zlib.decompress(found[1]) if b"FlateDecode" in body else found[1]


def _codes(hexes: bytes) -> list[int]:
    return [int(hexes[at : at + 4], 16) for at in range(0, len(hexes), 4)]


def _letters(cmap: bytes) -> dict[int, str]:
    """The characters that the codes of a font stand for."""
    letters: dict[int, str] = {}
    for block in LETTERS.findall(cmap):
        pairs = HEX.findall(block)
        letters |= {int(code, 16): _character(text) for code, text in zip(pairs[::2], pairs[1::2], strict=True)}
    for block in RANGES.findall(cmap):
        rows = HEX.findall(block)
        for low, high, text in zip(rows[::3], rows[1::3], rows[2::3], strict=True):
            for offset in range(int(high, 16) - int(low, 16) + 1):
                letters[int(low, 16) + offset] = chr(ord(_character(text)) + offset)
    return letters


def _character(hexes: bytes) -> str:
    return bytes.fromhex(hexes.decode()).decode("utf-16-be")
