"""The desk's settings, from the environment; every setting has a safe default."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from assistant.core.atomic_files import create_file
from assistant.core.paths import ROOT
from assistant.core.storage import only_in_memory_of
from assistant.desk.mail import MailServer, mail_server_in
from assistant.front.core.settings import LOOPBACK, RASA_PORT, addresses_of, data_folder, database_url, whole_number
from assistant.knowledge.withdrawn import withdrawn_path

DESK_PORT = 8090
USER_HEADER = "X-Forwarded-User"
SECRET_VARIABLE, SECRET_FILE = "ASSISTANT_DESK_SECRET", "desk-secret"
MIN_CHARACTERS = 32
MAIN = "main"
# Reserved for names that lead nowhere (RFC 2606).
MAIL_DOMAIN = "desk.invalid"


@dataclass(frozen=True)
class Settings:
    """The settings of the desk."""

    # What the login proxy proves itself with; it also signs the forms.
    secret: str = field(repr=False)
    # The checkout whose files the desk shows and saves, the branch on which a save is a commit, and where a branch
    # that is not checked out there is kept.
    root: Path = ROOT
    branch: str = MAIN
    folder: Path = ROOT / ".data" / "desk"
    # The file of withdrawn answers.
    withdrawn: Path = field(default_factory=withdrawn_path)
    # The front's database; None if visitors' words may touch no disk, so that there is nothing to read.
    database: str | None = None
    host: str = LOOPBACK
    port: int = DESK_PORT
    # One address for each Rasa process.
    rasa: tuple[str, ...] = (f"http://{LOOPBACK}:{RASA_PORT}",)
    # The addresses of the login proxy, and the header in which it names who has logged in.
    proxies: str = f"{LOOPBACK},::1"
    user_header: str = USER_HEADER
    # Completes a name to the e-mail address that git asks for.
    mail_domain: str = MAIL_DOMAIN
    # What sends answers to visitors' questions; without it, whoever answers uses a mail program.
    mail: MailServer | None = None


def settings_from(environment: Mapping[str, str] = os.environ, port: int | None = None) -> Settings:
    """The settings in an environment; creates the data folder, and the secret if none is given.

    Raises ValueError for an invalid value, naming the variable.
    """
    data = data_folder(environment)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    given = partial(_matching, environment)
    return Settings(
        secret=secret_of(environment, data),
        branch=given("ASSISTANT_DESK_BRANCH", MAIN, r"(?!-)[\w./-]+", "the name of a branch; write main"),
        folder=data / "desk",
        withdrawn=withdrawn_path(environment),
        database=None if only_in_memory_of(environment) else database_url(environment),
        host=environment.get("ASSISTANT_DESK_HOST", "").strip() or LOOPBACK,
        port=port if port is not None else _port(environment),
        rasa=addresses_of(environment.get("ASSISTANT_RASA") or f"http://{LOOPBACK}:{RASA_PORT}"),
        proxies=given(
            "ASSISTANT_DESK_PROXIES",
            Settings.proxies,
            r"[0-9a-fA-F:.,/ ]+",
            "a list of addresses; write 127.0.0.1,10.0.0.5",
        ),
        user_header=given(
            "ASSISTANT_DESK_USER_HEADER",
            USER_HEADER,
            r"[A-Za-z0-9-]+",
            f"the name of a header; write {USER_HEADER}",
        ),
        mail=mail_server_in(environment),
        mail_domain=given("ASSISTANT_DESK_MAIL_DOMAIN", MAIL_DOMAIN, r"[A-Za-z0-9.-]+", "a domain; write example.org"),
    )


def _matching(environment: Mapping[str, str], name: str, default: str, pattern: str, what: str) -> str:
    """The value of a variable, or its default; raises ValueError if it does not match."""
    value = environment.get(name, "").strip() or default
    if not re.fullmatch(pattern, value):
        raise ValueError(f"{name}: {value!r} is not {what}")
    return value


def _port(environment: Mapping[str, str]) -> int:
    value = environment.get("ASSISTANT_DESK_PORT", "").strip()
    try:
        return whole_number(value, "a port", 1, 65535) if value else DESK_PORT
    except ValueError as error:
        raise ValueError(f"ASSISTANT_DESK_PORT {error}") from None


def secret_of(environment: Mapping[str, str], data: Path) -> str:
    """The secret given, or the one in the data folder, which is created at the first start.

    Raises ValueError, saying what to do, if it is short enough to guess or the file cannot be read or created.
    """
    path, given = data / SECRET_FILE, environment.get(SECRET_VARIABLE, "").strip()
    try:
        if not given and not path.exists():
            create_file(path, secrets.token_hex(32).encode())
        found = given or path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} cannot be read or created ({error}); set {SECRET_VARIABLE}") from None
    if len(found) < MIN_CHARACTERS:
        where = SECRET_VARIABLE if given else str(path)
        raise ValueError(f"{where} needs {MIN_CHARACTERS} characters or more; generate it with `openssl rand -hex 32`")
    return found
