"""Says which messengers are on, and tries each webhook's own way of proving who calls: `make channels-check`."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from dataclasses import replace
from urllib.parse import urlsplit

import httpx2

from assistant.front.core.settings import FRONT_PORT, LOOPBACK, Settings, settings_from
from assistant.front.core.tokens import Keys
from assistant.front.messengers.base.connector import Connector, ForgedError, Incoming
from assistant.front.messengers.registry import State, configured, made, states
from assistant.knowledge import knowledge

SIGNED, FORGED = 200, (401, 403)
LONGEST_CALL = 10.0


def told(state: State) -> str:
    """A line on one messenger; names variables, never their values."""
    if state.on:
        return f"{state.name:<10} on"
    if not state.given:
        return f"{state.name:<10} off: set {', '.join(state.missing)}; see docs/channels/{state.name}.md"
    return f"{state.name:<10} OFF, though begun: {', '.join(state.missing)} missing"


def samples(connector: Connector) -> tuple[Incoming, Incoming]:
    """A request that is rightly signed and holds no message, and the same with its proof spoilt."""
    sample = connector.sample()
    return sample, replace(sample, body=sample.body + b" ", headers={**sample.headers, **_spoilt(sample)})


def verified(connector: Connector) -> str | None:
    """What is wrong with the proof as this program makes and reads it; None for nothing."""
    sample, forged = samples(connector)
    try:
        connector.verify(sample)
    except ForgedError:
        return "refuses what is rightly signed: is a secret wrongly copied?"
    try:
        connector.verify(forged)
    except ForgedError:
        return None
    return "takes what is not rightly signed"


async def tried(client: httpx2.AsyncClient, connector: Connector) -> str | None:
    """What is wrong with a running webhook; None where it takes what is signed and refuses what is not."""
    try:
        signed, refused = [(await _send(client, one)).status_code for one in samples(connector)]
    except httpx2.HTTPError as error:
        return f"cannot be reached ({type(error).__name__})"
    if signed != SIGNED:
        return f"refuses what is rightly signed ({signed}): is it running with the same secrets and public address?"
    return None if refused in FORGED else f"takes what is not rightly signed ({refused})"


def _spoilt(sample: Incoming) -> dict[str, str]:
    """The headers that prove something, made wrong."""
    proofs = (name for name in sample.headers if "signature" in name or "secret" in name)
    return {name: "0" * len(sample.headers[name]) for name in proofs}


async def _send(client: httpx2.AsyncClient, sample: Incoming) -> httpx2.Response:
    address = urlsplit(sample.url)
    path = f"{address.path}?{address.query}" if address.query else address.path
    return await client.request(sample.method, path, content=sample.body, headers=dict(sample.headers))


async def checked(settings: Settings, url: str | None) -> int:
    """Tries every messenger that is on, at a running front where there is one; how many are not in order."""
    connectors = made(settings.messengers, knowledge(), settings.public_url, Keys(settings.secret))
    bad = 0
    async with httpx2.AsyncClient(base_url=url or "", timeout=LONGEST_CALL) as client:
        for name, connector in connectors.items():
            wrong = await tried(client, connector) if url else verified(connector)
            print(f"{name:<10} webhook {wrong or 'takes what is signed, refuses what is not'}")
            bad += bool(wrong)
    return bad


def running(port: int) -> str | None:
    """The address of a front that runs on this machine; None where none does."""
    url = f"http://{LOOPBACK}:{port}"
    try:
        return url if httpx2.get(f"{url}/health", timeout=2).is_success else None
    except httpx2.HTTPError:
        return None


def main() -> int:
    """Prints the states and the trials; 1 where a messenger is begun but not on, or its webhook is not in order."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="of the front to try; else the one on this machine")
    parser.add_argument("--port", type=int, default=FRONT_PORT)
    arguments = parser.parse_args()
    try:
        settings = settings_from(messengers=configured())
    except ValueError as error:
        sys.exit(f"The settings are not in order: {error}")
    found = states(os.environ)
    print("\n".join(map(told, found)))
    if not settings.public_url and settings.messengers:
        print("ASSISTANT_PUBLIC_URL is missing: messengers cannot be told where the webhook is.")
    url = arguments.url or running(arguments.port)
    if not url and settings.messengers:
        print(f"No front runs on port {arguments.port}: tried without one. Start it with the same settings to try it.")
    bad = asyncio.run(checked(settings, url))
    return 1 if bad or any(state.given and not state.on for state in found) else 0


if __name__ == "__main__":
    sys.exit(main())
