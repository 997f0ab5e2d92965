"""The front's secrets, from the environment or a file: the newest signs, former ones still verify."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

from assistant.core.atomic_files import create_file

VARIABLE, OLD_VARIABLE = "ASSISTANT_SECRET", "ASSISTANT_OLD_SECRETS"
FILE = "secret"
MIN_CHARACTERS = 32
# What a file may contain around a secret: a block that a power failure left unwritten reads as zeros.
PADDING = b"\0 \t\r\n"


def kept_secrets(environment: Mapping[str, str], folder: Path) -> tuple[bytes, ...]:
    """The secrets given, or those in the folder's file, which is created at the first start; the newest first.

    Raises ValueError, saying what to do, for one short enough to guess and if the file cannot be read or created.
    """
    given = environment.get(VARIABLE)
    newest = _in_file(folder / FILE) if given is None else (given.encode(),)
    if given is not None:
        advice = "Generate one with `openssl rand -hex 32`, or remove the variable to have one generated in a file."
        _check(newest[0], VARIABLE, advice)
    old = [one.strip().encode() for one in environment.get(OLD_VARIABLE, "").split(",") if one.strip()]
    for number, one in enumerate(old, start=1):
        _check(one, f"Number {number} of {OLD_VARIABLE}", "Remove or correct it; several are separated by commas.")
    return tuple(dict.fromkeys((*newest, *old)))


def _in_file(path: Path) -> tuple[bytes, ...]:
    try:
        if not path.exists():
            # Of several fronts that start at once, the first one's is kept.
            create_file(path, secrets.token_urlsafe(48).encode())
        content = path.read_bytes()
    except OSError as error:
        raise ValueError(
            f"{path}, the front's secret, cannot be read or created: {error.strerror}. "
            f"Free some space or correct the folder's permissions, or set {VARIABLE}."
        ) from error
    found = _parsed(content)
    advice = (
        "A full disk may have cut it short. Put back the right one if you have a copy; otherwise delete the file to "
        "have a new one generated, which ends all open web chats."
    )
    for one in found or (b"",):
        _check(one, str(path), advice)
    return found


def _parsed(content: bytes) -> tuple[bytes, ...]:
    """The secrets in a file, one a line, the newest first.

    The whole file used to be the one secret, so random bytes are still one, and the last line also counts with its end.
    """
    if not content.isascii():
        return (content,)
    lines = [line for line in content.splitlines(keepends=True) if line.strip(PADDING)]
    return tuple(dict.fromkeys([*(line.strip(PADDING) for line in lines), *lines[-1:]]))


def _check(secret: bytes, where: str, advice: str) -> None:
    """Raises ValueError for a secret short enough to guess."""
    if (length := len(secret.strip(PADDING))) < MIN_CHARACTERS:
        raise ValueError(f"{where} has {length} characters; a secret needs {MIN_CHARACTERS} or more. {advice}")
