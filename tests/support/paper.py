"""Reads what a browser has printed."""

from __future__ import annotations

import subprocess


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page of a PDF, by pdftotext."""
    read = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
    return read.stdout.decode("utf-8").split("\f")[:-1]


def squeezed(text: str) -> str:
    """A text without blanks and hyphens: where lines end, pdftotext takes a hyphen for one that divides a word."""
    return "".join(text.replace("-", "").split())
