"""Attacks by a start that goes wrong: no room for the secret, or one that can be guessed."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from itsdangerous import URLSafeSerializer

from benchmarks.attack.findings import Finding, Row
from benchmarks.attack.front import Front
from benchmarks.attack.visitor import Client

# How many fronts start at once.
AT_ONCE = 2
MIN_SECRET_CHARACTERS = 32
NO_ROOM = ("sh", "-c", 'ulimit -f 0; exec "$0" "$@"')
# What a file of the secret may hold that somebody guesses.
LEFT = {"empty": b"", "five characters": b"abcde", "forty blanks": b" " * 40, "a line feed": b"\n"}
# A port on which there is no Rasa: nothing is asked here.
NOWHERE = 9


def weak_secrets(folder: Path) -> list[Finding]:
    """Starts with no secret, a short one, or blanks, in the file or in the environment."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        full = pool.submit(_after_a_full_disk, folder / "full")
        files = [pool.submit(_with_file, folder / name, name, kept) for name, kept in LEFT.items()]
        variable = pool.submit(_with_variable, folder / "variable")
        return [one.result() for one in (full, *files, variable)]


def _after_a_full_disk(data: Path) -> Finding:
    """The first start may not write a byte; the second may."""
    data.parent.mkdir(exist_ok=True)
    first = Front(data, NOWHERE, {}, NO_ROOM)
    first.start()
    first.kill()
    return _second_start("after a first start on a full disk", data, {})


def _with_file(data: Path, name: str, content: bytes) -> Finding:
    data.mkdir(parents=True)
    (data / "secret").write_bytes(content)
    return _second_start(f"file with {name}", data, {}, guess=content)


def _with_variable(data: Path) -> Finding:
    return _second_start("variable with forty blanks", data, {"ASSISTANT_SECRET": " " * 40}, guess=b" " * 40)


def _second_start(name: str, data: Path, extra: Mapping[str, str], guess: bytes = b"") -> Finding:
    wanted = "refused, or a secret that cannot be guessed"
    front = Front(data, NOWHERE, extra)
    try:
        if not front.start():
            reason = front.logged().strip().splitlines()[-1:]
            return Finding(name, f"refused: {' '.join(reason)[-90:]}", wanted, held="secret" in str(reason).lower())
        path = data / "secret"
        kept = path.read_bytes() if path.exists() and not extra else guess
        opens = forged_token_opens(front.port, guess)
    finally:
        front.kill()
    told = f"started with a secret of {len(kept.strip())} characters; a forged token opens the chat: {opens}"
    return Finding(name, told, wanted, held=not opens and len(kept.strip()) >= MIN_SECRET_CHARACTERS)


def forged_token_opens(port: int, secret: bytes) -> bool:
    """Whether a token that was signed with a guessed secret opens somebody's chat."""
    chat = Client(port).chat()
    if not chat:
        return False
    payload = chat.token.split(".")[0]
    id_ = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    signer = URLSafeSerializer(secret, salt="chat", signer_kwargs={"digest_method": hashlib.sha256})
    headers = {"Authorization": f"Bearer {signer.dumps(id_)!s}"}
    return Client(port).send("GET", "/api/chat", headers=headers).status == 200


ROWS = [Row(2, "empty or short secret", weak_secrets, 120)]
