"""The page at /check: says to whoever puts the assistant on a website, in words, what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response

from assistant.front.core.parsing import text_in
from assistant.front.web.content_policy import NEEDED_BY_FRAME, lacking, parsed, trusts_only_its_own_scripts
from assistant.front.web.hosts import same_host
from assistant.front.web.state import Front, front_of

PATH, SCRIPT_PATH = "/check", "/check.js"
TEMPLATES = Path(__file__).with_name("templates")
TEMPLATE = Environment(
    loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
).get_template("check.html")
SCRIPT = (TEMPLATES / "check.js").read_bytes()
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'"
)
HEADERS = {"Content-Security-Policy": POLICY, "Referrer-Policy": "same-origin", "X-Robots-Tag": "noindex"}


@dataclass(frozen=True)
class Finding:
    """What is right or wrong, and what to do about it."""

    is_right: bool
    text: str


async def check_page(request: Request) -> Response:
    """What is right and wrong about a website, named by its origin and its content security policy."""
    front = front_of(request)
    origin = text_in(request.query_params.get("origin", "")).strip()
    policy = text_in(request.query_params.get("policy", "")).strip()
    server = f"{request.url.scheme}://{request.url.netloc}"
    findings = [*_of_origin(front, origin, server), *_of_policy(policy, server, origin), *_of_chat(front)]
    html = TEMPLATE.render(origin=origin, policy=policy, server=server, findings=findings, script=SCRIPT_PATH)
    return Response(html, headers=HEADERS, media_type="text/html")


async def script(_: Request) -> Response:
    """The part of the check that only the browser can do."""
    return Response(SCRIPT, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


def _of_origin(front: Front, named: str, server: str) -> Iterator[Finding]:
    """Whether pages of a website may use the front."""
    if not named:
        return
    found = urlsplit(named)
    if found.scheme not in ("http", "https") or not found.netloc:
        yield Finding(False, f"“{named}” is no address of a website. It has to begin with https://, as in the browser.")
        return
    origin = f"{found.scheme}://{found.netloc}".lower()
    if origin in front.settings.origins or same_host(origin, urlsplit(server).netloc):
        yield Finding(True, f"Pages of {origin} may use the assistant.")
        return
    yield Finding(
        False,
        f"Pages of {origin} may not use the assistant yet. Whoever runs the front has to add {origin} to the setting "
        "ASSISTANT_ORIGINS and start the front again. Until then, the element leads visitors to the page at /chat.",
    )
    if other := next((known for known in _spelt_otherwise(origin) if known in front.settings.origins), None):
        yield Finding(False, f"{other} is allowed, but for a browser that is another website.")


def _spelt_otherwise(origin: str) -> Iterator[str]:
    """The same website with or without `www.`, and with the other scheme."""
    scheme, _, host = origin.partition("://")
    bare = host.removeprefix("www.")
    for other_scheme in ("https", "http"):
        for other_host in (bare, f"www.{bare}"):
            if (other_scheme, other_host) != (scheme, host):
                yield f"{other_scheme}://{other_host}"


def _of_policy(text: str, server: str, origin: str) -> Iterator[Finding]:
    """Whether a website's content security policy lets the element work."""
    if not text:
        return
    policy = parsed(text)
    blocked = list(lacking(policy, server, origin))
    for directive in blocked:
        yield Finding(False, f"The content security policy blocks the element: add {server} to {directive}.")
    if trusts_only_its_own_scripts(policy):
        yield Finding(False, "With 'strict-dynamic', addresses do not count: give the script tag the page's nonce.")
    elif not blocked:
        yield Finding(True, "The content security policy lets the element work.")
    for directive in lacking(policy, server, origin, NEEDED_BY_FRAME):
        yield Finding(False, f"It does not let the page at /chat be framed: to do that, add {server} to {directive}.")


def _of_chat(front: Front) -> Iterator[Finding]:
    if front.notice.closed:
        yield Finding(False, "The operator has closed the chat: visitors see the announcement instead of answers.")
