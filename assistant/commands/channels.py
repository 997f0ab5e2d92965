"""Shows which messengers are on, and checks that each webhook verifies signatures: `make channels-check`."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from assistant.front.core.events import moment
from assistant.front.core.settings import FRONT_PORT, LOOPBACK, SECONDS_PER_DAY, Settings, settings_from
from assistant.front.core.tokens import Keys
from assistant.front.messengers.base.connector import Connector, ForgedError, WebhookRequest
from assistant.front.messengers.base.message_store import MessageStore
from assistant.front.messengers.registry import State, configured, made, states
from assistant.knowledge import knowledge

ACCEPTED, REJECTED = 200, (401, 403)
# How far back a request for another number, page or bot is reported.
ASTRAY_DAYS = 1
TIMEOUT_SECONDS, HEALTH_TIMEOUT_SECONDS = 10.0, 2.0
NETWORK_ERRORS = (aiohttp.ClientError, asyncio.TimeoutError, OSError)


def described(state: State) -> str:
    """One line about a messenger; names variables, never their values."""
    if state.on:
        return f"{state.name:<10} on"
    if not state.given:
        return f"{state.name:<10} off: set {', '.join(state.missing)}; see docs/channels/{state.name}.md"
    return f"{state.name:<10} OFF, incomplete: {', '.join(state.missing)} missing"


def samples(connector: Connector) -> tuple[WebhookRequest, WebhookRequest]:
    """A validly signed request without a message, and the same request with an invalid signature."""
    sample = connector.sample()
    return sample, replace(sample, body=sample.body + b" ", headers={**sample.headers, **_invalid_headers(sample)})


def verified(connector: Connector) -> str | None:
    """What is wrong with signing and verifying in this process; None if nothing is."""
    sample, forged = samples(connector)
    try:
        connector.verify(sample)
    except ForgedError:
        return "rejects validly signed requests: was a secret copied wrongly?"
    try:
        connector.verify(forged)
    except ForgedError:
        return None
    return "accepts requests with an invalid signature"


async def probed(session: aiohttp.ClientSession, url: str, connector: Connector) -> str | None:
    """What is wrong with a running webhook; None if it accepts signed requests and rejects others."""
    try:
        signed, forged = [await _send(session, url, one) for one in samples(connector)]
    except NETWORK_ERRORS as error:
        return f"cannot be reached ({type(error).__name__})"
    if signed != ACCEPTED:
        return f"rejects validly signed requests ({signed}): is it running with the same secrets and public address?"
    return None if forged in REJECTED else f"accepts requests with an invalid signature ({forged})"


def _invalid_headers(sample: WebhookRequest) -> dict[str, str]:
    """The headers that carry a signature or a secret, made invalid."""
    names = (name for name in sample.headers if "signature" in name or "secret" in name)
    return {name: "0" * len(sample.headers[name]) for name in names}


async def _send(session: aiohttp.ClientSession, url: str, sample: WebhookRequest) -> int:
    """The status of a front's response to a sample."""
    address = urlsplit(sample.url)
    path = f"{address.path}?{address.query}" if address.query else address.path
    async with session.request(
        sample.method, url.rstrip("/") + path, data=sample.body, headers=sample.headers, allow_redirects=False
    ) as response:
        return response.status


async def checked(settings: Settings, url: str | None) -> int:
    """Checks every messenger that is on, at a running front if there is one; returns how many failed."""
    connectors = made(
        settings.messengers, knowledge(), settings.public_url, Keys(settings.secret, *settings.old_secrets)
    )
    bad, strays = 0, astray(settings, frozenset(connectors))
    async with opened_session(TIMEOUT_SECONDS) as session:
        for name, connector in connectors.items():
            problem = await probed(session, url, connector) if url else verified(connector)
            print(f"{name:<10} webhook {problem or 'accepts signed requests, rejects others'}")
            bad += bool(problem)
            if name in strays:
                print(f"{name:<10} {described_astray(connector, strays[name])}")
                bad += 1
    return bad


def astray(settings: Settings, messengers: frozenset[str]) -> Mapping[str, float]:
    """When the front last had a request for another number, page or bot, by messenger; empty without its database."""
    file = make_url(settings.database).database if settings.database.startswith("sqlite") else None
    if settings.database.startswith("sqlite") and not (file and Path(file).exists()):
        return {}
    engine = create_engine(settings.database)
    try:
        return MessageStore(engine, messengers).last_astray(time.time() - ASTRAY_DAYS * SECONDS_PER_DAY)
    except SQLAlchemyError:
        return {}
    finally:
        engine.dispose()


def described_astray(connector: Connector, at: float) -> str:
    """One line about a webhook that is set up for another number, page or bot."""
    when = moment(at)[:16].replace("T", " ")
    return (
        f"webhook got requests for another {connector.addressee} than the one that is set up here, last {when} UTC; "
        f"nobody there is answered: see docs/channels/{connector.name}.md"
    )


async def running(port: int) -> str | None:
    """The address of a front running on this machine, if there is one."""
    url = f"http://{LOOPBACK}:{port}"
    try:
        async with opened_session(HEALTH_TIMEOUT_SECONDS) as session, session.get(f"{url}/health") as response:
            return url if response.ok else None
    except NETWORK_ERRORS:
        return None


def opened_session(timeout_seconds: float) -> aiohttp.ClientSession:
    """A client session that uses the proxy named in the environment."""
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=timeout_seconds), trust_env=True)


def main() -> int:
    """Prints states and checks; returns 1 if a messenger is half-configured or its webhook fails the check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="of the front to check; by default the one on this machine")
    parser.add_argument("--port", type=int, default=FRONT_PORT)
    arguments = parser.parse_args()
    try:
        settings = settings_from(messengers=configured())
    except ValueError as error:
        sys.exit(f"Invalid settings: {error}")
    found = states(os.environ)
    print("\n".join(map(described, found)))
    if not settings.public_url and settings.messengers:
        print("ASSISTANT_PUBLIC_URL is missing: messengers cannot be told the webhook's address.")
    url = arguments.url or asyncio.run(running(arguments.port))
    if not url and settings.messengers:
        print(f"No front is running on port {arguments.port}. Start it with the same settings to check it as well.")
    bad = asyncio.run(checked(settings, url))
    return 1 if bad or any(state.given and not state.on for state in found) else 0


if __name__ == "__main__":
    sys.exit(main())
