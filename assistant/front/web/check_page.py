"""The page at /check: says to whoever puts the assistant on a website, in words, what is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response

from assistant.core.languages import ORIGINALS, Language
from assistant.front.core.errors import languages_of
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
NAME = re.compile(r"\{(\w+)\}")
# What check.js says.
OF_SCRIPT = (
    *("right", "to_do", "browser_right", "browser_old", "custom_elements", "shadow_roots", "inert", "display_names"),
    *("front_right", "front_status", "front_away"),
)


@dataclass(frozen=True)
class Finding:
    """What is right or wrong, and what to do about it."""

    is_right: bool
    text: str


@lru_cache(maxsize=1)
def texts() -> Mapping[str, Mapping[str, str]]:
    """What the page says, in each of its languages; read once."""
    found: Mapping[str, Mapping[str, str]] = yaml.safe_load((TEMPLATES / "check.yml").read_text("utf-8"))
    return found


@dataclass(frozen=True)
class CheckTexts:
    """The page's texts in one language."""

    language: Language

    def __call__(self, key: str, **values: str) -> str:
        """A text with its {names} filled in, each once: what is typed is no name."""
        text = texts()[key][self.language]
        return NAME.sub(lambda found: values.get(found[1], found[0]), text)


async def check_page(request: Request) -> Response:
    """What is right and wrong about a website, named by its origin and its content security policy."""
    front, words = front_of(request), CheckTexts(_language(request))
    origin = text_in(request.query_params.get("origin", "")).strip()
    policy = text_in(request.query_params.get("policy", "")).strip()
    server = f"{request.url.scheme}://{request.url.netloc}"
    findings = [*_of_origin(front, origin, server, words), *_of_policy(policy, server, origin, words)]
    html = TEMPLATE.render(
        t=words,
        language=words.language,
        origin=origin,
        policy=policy,
        server=server,
        findings=[*findings, *_of_chat(front, words)],
        script=SCRIPT_PATH,
        of_script=json.dumps({key: words(key) for key in OF_SCRIPT}, ensure_ascii=False),
    )
    return Response(html, headers={**HEADERS, "Vary": "Accept-Language"}, media_type="text/html")


def _language(request: Request) -> Language:
    """The first of the page's languages that the form or the browser names; English if there is none."""
    return next((language for language in languages_of(request) if language in ORIGINALS), "en")


async def script(_: Request) -> Response:
    """The part of the check that only the browser can do."""
    return Response(SCRIPT, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


def _of_origin(front: Front, named: str, server: str, words: CheckTexts) -> Iterator[Finding]:
    """Whether pages of a website may use the front."""
    if not named:
        return
    found = urlsplit(named)
    if found.scheme not in ("http", "https") or not found.netloc:
        yield Finding(False, words("no_address", named=named))
        return
    origin = f"{found.scheme}://{found.netloc}".lower()
    if origin in front.settings.origins or same_host(origin, urlsplit(server).netloc):
        yield Finding(True, words("allowed", origin=origin))
        return
    yield Finding(False, words("not_allowed", origin=origin))
    if other := next((known for known in _spelt_otherwise(origin) if known in front.settings.origins), None):
        yield Finding(False, words("other_allowed", other=other))


def _spelt_otherwise(origin: str) -> Iterator[str]:
    """The same website with or without `www.`, and with the other scheme."""
    scheme, _, host = origin.partition("://")
    bare = host.removeprefix("www.")
    for other_scheme in ("https", "http"):
        for other_host in (bare, f"www.{bare}"):
            if (other_scheme, other_host) != (scheme, host):
                yield f"{other_scheme}://{other_host}"


def _of_policy(text: str, server: str, origin: str, words: CheckTexts) -> Iterator[Finding]:
    """Whether a website's content security policy lets the element work."""
    if not text:
        return
    policy = parsed(text)
    blocked = list(lacking(policy, server, origin))
    for directive in blocked:
        yield Finding(False, words("policy_blocks", server=server, directive=directive))
    if trusts_only_its_own_scripts(policy):
        yield Finding(False, words("strict_dynamic"))
    elif not blocked:
        yield Finding(True, words("policy_right"))
    for directive in lacking(policy, server, origin, NEEDED_BY_FRAME):
        yield Finding(False, words("frame_blocked", server=server, directive=directive))


def _of_chat(front: Front, words: CheckTexts) -> Iterator[Finding]:
    if front.notice.closed:
        yield Finding(False, words("closed"))
