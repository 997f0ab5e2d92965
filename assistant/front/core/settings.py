"""The operator's settings, from the environment; every setting has a safe default."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from assistant.core.paths import ROOT
from assistant.core.storage import SILENCE_SECONDS, SWITCH, only_in_memory_of
from assistant.front.core.opening_hours import Opening, opening_hours_of
from assistant.front.core.secret import kept_secrets

T = TypeVar("T")
DATA = ROOT / ".data"
LOOPBACK = "127.0.0.1"
FRONT_PORT, RASA_PORT = 8080, 5005
SECONDS_PER_DAY = 86400.0
BYTES_PER_MB = 1_000_000
# The default; far less in memory, of which a container has little.
STORAGE_MAX_MB, MEMORY_MAX_MB, MOST_MB = 2000, 100, 10_000_000
MAX_RETENTION_DAYS = 3650
MEMORY = "sqlite://"
ORGANISATION = "https://germany.iom.int"


@dataclass(frozen=True)
class Rates:
    """Rate limits in the notation of the library `limits`.

    Many visitors may share one address (a shelter, a mobile network), so limits by address are far higher.
    """

    session: str = "20/minute"
    address: str = "200/minute"
    chats: str = "60/minute"
    requests: str = "1200/minute"
    # How often a messenger's user who writes too much is asked to wait.
    warnings: str = "1/minute"
    # Tokens from one address that open nothing.
    tokens: str = "60/minute"
    # Questions to the team from one address; people have to read every one of them.
    team: str = "20/hour"


@dataclass(frozen=True)
class Caps:
    """What may be held and used at the same time, in all, and the share of it that one address may have."""

    connections: int = 4000
    streams: int = 2000
    websockets: int = 1000
    body_mb: int = 40
    # Of each of these, and of one processor's time; at 100 an address can take everything from the others.
    address_percent: int = 20
    # What one address may have stored in a day.
    stored_mb: int = 32


@dataclass(frozen=True)
class Settings:
    """The settings of the front."""

    database: str
    # Signs tokens.
    secret: bytes = field(repr=False)
    # Former secrets, which still verify them.
    old_secrets: tuple[bytes, ...] = field(default=(), repr=False)
    # One address for each Rasa process.
    rasa: tuple[str, ...] = (f"http://{LOOPBACK}:{RASA_PORT}",)
    # The Redis through which several fronts share rate limits and pub/sub; empty for a single front.
    redis: str = ""
    origins: frozenset[str] = frozenset()
    proxies: str = ""
    retention_days: int = 30
    # Whether nothing that visitors write may touch a disk.
    only_in_memory: bool = False
    # What the database may hold; a tenth of it is reserved for deletions.
    storage_max_mb: int = STORAGE_MAX_MB
    privacy: str = ORGANISATION
    imprint: str = ORGANISATION
    # Where vulnerabilities may be reported, as a URI; nowhere if empty.
    security_contact: str = ""
    rates: Rates = field(default_factory=Rates)
    caps: Caps = field(default_factory=Caps)
    # From acceptance to the apology; the rest of the promised ten seconds is for the network and busy machines.
    answer_timeout_seconds: float = 8.5
    widget: Path = ROOT / "widget"
    # Where the public reaches the front; messengers sign this address or have to be given it.
    public_url: str = ""
    # Further host names under which the front may be asked.
    hosts: frozenset[str] = frozenset()
    # How long a messenger may take to accept or reject a message.
    messenger_timeout_seconds: float = 30.0
    # Where metrics are served, for operators only; nowhere without a port.
    metrics_host: str = LOOPBACK
    metrics_port: int | None = None
    # The file by which an operator closes the chat or announces something.
    notice: Path | None = None
    # Whether visitors may ask people, and when these are at work, if that is said.
    team: bool = False
    team_hours: tuple[Opening, ...] = ()
    # The settings of the messengers that are on, by name, as read by their registry.
    messengers: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)

    @property
    def kept_seconds(self) -> float:
        """How long a silent chat is kept."""
        return SILENCE_SECONDS if self.only_in_memory else self.retention_days * SECONDS_PER_DAY

    @property
    def storage_max_bytes(self) -> int:
        """What the database may hold."""
        return self.storage_max_mb * BYTES_PER_MB


def settings_from(
    environment: Mapping[str, str] = os.environ,
    rasa_port: int = RASA_PORT,
    messengers: Mapping[str, Mapping[str, str]] | None = None,
) -> Settings:
    """The settings in an environment; creates the data folder, and the secret if none is given.

    Messengers read their own settings. Raises ValueError for an invalid value, naming the variable.
    """
    only_in_memory = only_in_memory_of(environment)
    data = data_folder(environment)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    secret, *old_secrets = kept_secrets(environment, data)
    return Settings(
        database=MEMORY if only_in_memory else database_url(environment),
        only_in_memory=only_in_memory,
        storage_max_mb=_number(
            environment,
            "ASSISTANT_STORAGE_MAX_MB",
            "a number of megabytes",
            MOST_MB,
            MEMORY_MAX_MB if only_in_memory else STORAGE_MAX_MB,
        ),
        secret=secret,
        old_secrets=tuple(old_secrets),
        rasa=addresses_of(environment.get("ASSISTANT_RASA") or f"http://{LOOPBACK}:{rasa_port}"),
        redis=environment.get("ASSISTANT_REDIS", "").strip(),
        origins=origins_of(environment.get("ASSISTANT_ORIGINS", "")),
        proxies=environment.get("ASSISTANT_TRUSTED_PROXIES", "").strip(),
        retention_days=_number(environment, "ASSISTANT_RETENTION_DAYS", "a number of days", MAX_RETENTION_DAYS, 30),
        privacy=environment.get("ASSISTANT_PRIVACY_URL") or ORGANISATION,
        imprint=environment.get("ASSISTANT_IMPRINT_URL") or ORGANISATION,
        security_contact=contact_of(environment.get("ASSISTANT_SECURITY_CONTACT", "")),
        rates=_rates(environment),
        caps=_caps(environment),
        public_url=public_url_of(environment.get("ASSISTANT_PUBLIC_URL", "")),
        hosts=hosts_of(environment.get("ASSISTANT_HOSTS", "")),
        messenger_timeout_seconds=_number(environment, "ASSISTANT_MESSENGER_SECONDS", "a number of seconds", 300, 30),
        messengers=messengers or {},
        metrics_host=environment.get("ASSISTANT_METRICS_HOST") or LOOPBACK,
        metrics_port=_number(environment, "ASSISTANT_METRICS_PORT", "a port", 65535, None),
        notice=notice_path(environment),
        team=_team(environment, only_in_memory),
        team_hours=_team_hours(environment),
    )


def data_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """The front's data folder."""
    return Path(environment.get("ASSISTANT_DATA") or DATA)


def database_url(environment: Mapping[str, str] = os.environ) -> str:
    """The database as an SQLAlchemy URL."""
    return environment.get("ASSISTANT_DATABASE") or f"sqlite:///{data_folder(environment) / 'front.db'}"


def notice_path(environment: Mapping[str, str] = os.environ) -> Path:
    """The file by which an operator closes the chat or announces something."""
    return Path(environment.get("ASSISTANT_NOTICE_FILE") or data_folder(environment) / "notice.yml")


def public_url_of(value: str) -> str:
    """The public address without a trailing slash; raises ValueError if it is not a web address."""
    address = value.strip().rstrip("/")
    if address and not re.fullmatch(r"https?://[^/\s]+(/[^\s?#]*)?", address):
        raise ValueError(f"ASSISTANT_PUBLIC_URL: {value!r} is not a web address; write https://chat.example.org")
    return address


def contact_of(value: str) -> str:
    """A contact as a URI; raises ValueError if it is none."""
    contact = value.strip()
    if contact and not re.fullmatch(r"(mailto:[^@\s]+@|https://|tel:)\S+", contact):
        raise ValueError(f"ASSISTANT_SECURITY_CONTACT: {value!r} is not a contact; write mailto:security@example.org")
    return contact


def origins_of(listed: str) -> frozenset[str]:
    """Origins from a comma-separated list; raises ValueError for one that is not `https://host[:port]`."""
    origins = {origin.strip().rstrip("/").lower() for origin in listed.split(",") if origin.strip()}
    for origin in origins:
        scheme, _, host = origin.partition("://")
        if scheme not in ("http", "https") or not host or "/" in host or "*" in host:
            raise ValueError(f"ASSISTANT_ORIGINS: {origin!r} is not an origin; write https://www.example.org")
    return frozenset(origins)


def hosts_of(listed: str) -> frozenset[str]:
    """Host names from a comma-separated list; raises ValueError for one that is not a name alone."""
    hosts = {host.strip().lower() for host in listed.split(",") if host.strip()}
    for host in hosts:
        if not re.fullmatch(r"[a-z0-9_.-]+", host):
            raise ValueError(f"ASSISTANT_HOSTS: {host!r} is not a host name; write chat.example.org")
    return frozenset(hosts)


def addresses_of(listed: str) -> tuple[str, ...]:
    """Addresses from a comma-separated list; raises ValueError for one that is not a web address."""
    addresses = tuple(dict.fromkeys(one.strip().rstrip("/") for one in listed.split(",") if one.strip()))
    for address in addresses:
        if not re.fullmatch(r"https?://[^/\s]+", address):
            raise ValueError(
                f"ASSISTANT_RASA: {address!r} is not a web address; write http://rasa-0:5005,http://rasa-1:5005"
            )
    return addresses


def whole_number(value: str, what: str, least: int, most: int) -> int:
    """A whole number; raises ValueError saying what it must be."""
    if not value.isdecimal() or not least <= int(value) <= most:
        raise ValueError(f"must be {what} from {least} to {most}, not {value!r}")
    return int(value)


def _number(environment: Mapping[str, str], name: str, what: str, most: int, default: T) -> int | T:
    """The value of a numeric variable, at least 1, or its default if it is empty or missing."""
    value = environment.get(name, "").strip()
    try:
        return whole_number(value, what, 1, most) if value else default
    except ValueError as error:
        raise ValueError(f"{name} {error}") from None


def _team(environment: Mapping[str, str], only_in_memory: bool) -> bool:
    """Whether visitors may ask people; their questions must be kept until somebody has read them."""
    value = environment.get("ASSISTANT_TEAM", "").strip()
    if value not in ("", "0", "1"):
        raise ValueError(f"ASSISTANT_TEAM must be 0 or 1, not {value!r}")
    if value == "1" and only_in_memory:
        raise ValueError(
            f"ASSISTANT_TEAM=1 stores questions until people read them; it cannot be combined with {SWITCH}=none"
        )
    return value == "1"


def _team_hours(environment: Mapping[str, str]) -> tuple[Opening, ...]:
    try:
        return opening_hours_of(environment.get("ASSISTANT_TEAM_HOURS", ""))
    except ValueError as error:
        raise ValueError(f"ASSISTANT_TEAM_HOURS: {error}") from None


def _caps(environment: Mapping[str, str]) -> Caps:
    most, what = 1_000_000, "a number"
    default = Caps()
    return Caps(
        connections=_number(environment, "ASSISTANT_MAX_CONNECTIONS", what, most, default.connections),
        streams=_number(environment, "ASSISTANT_MAX_STREAMS", what, most, default.streams),
        websockets=_number(environment, "ASSISTANT_MAX_WEBSOCKETS", what, most, default.websockets),
        body_mb=_number(environment, "ASSISTANT_MAX_BODY_MB", what, most, default.body_mb),
        address_percent=_number(environment, "ASSISTANT_ADDRESS_PERCENT", "a percentage", 100, default.address_percent),
        stored_mb=_number(environment, "ASSISTANT_ADDRESS_STORED_MB", what, most, default.stored_mb),
    )


def _rates(environment: Mapping[str, str]) -> Rates:
    from limits import parse

    named = {name: environment.get(f"ASSISTANT_RATE_{name.upper()}") for name in Rates.__dataclass_fields__}
    rates = {name: rate for name, rate in named.items() if rate}
    for name, rate in rates.items():
        try:
            valid = parse(rate).amount > 0
        except ValueError:
            valid = False
        if not valid:
            raise ValueError(f"ASSISTANT_RATE_{name.upper()}: {rate!r} is not a rate; write 20/minute")
    return Rates(**rates)
