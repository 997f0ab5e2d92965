"""What every page without JavaScript has in common: its frame, its headers, and how its forms are read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from assistant.core.languages import Language, served
from assistant.front.core.errors import STATUS, RefusedError
from assistant.front.core.parsing import MAX_BODY_BYTES, read_bytes
from assistant.front.web.page_view import Link, Words, address
from assistant.front.web.state import Front

TEMPLATES = Path(__file__).with_name("templates")
# Escapes everything that is put into a template, and fails on a name that it is not given.
ENVIRONMENT = Environment(
    loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
STYLES = (TEMPLATES / "chat.css").read_bytes()
STYLES_PATH = "/chat.css"
STYLES_VERSION = hashlib.sha256(STYLES).hexdigest()[:12]
MOST_FIELDS = 10
# No script, and nothing from elsewhere; forms send only to us.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'self' {origins}"
)
PUBLIC, PRIVATE = "public, max-age=30", "no-store"


@dataclass(frozen=True)
class Framed:
    """What a page shows around its own content."""

    language: Language
    languages: Sequence[Link]
    # Whether it holds anything of a visitor's, which no cache and no search engine may keep.
    is_private: bool
    status: int = 200
    refusal: RefusedError | None = None
    # What its title begins with, if it is not the first page.
    heading: str | None = None


async def styles(_: Request) -> Response:
    """The style sheet, whose address changes with its content."""
    return Response(STYLES, media_type="text/css", headers={"Cache-Control": "public, max-age=31536000, immutable"})


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form as browsers send it; sets the request's language. Raises RefusedError if it is not one."""
    body = await read_bytes(request, MAX_BODY_BYTES)
    try:
        found = parse_qs(body.decode("ascii"), encoding="utf-8", errors="replace", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise RefusedError("invalid") from None
    fields = {name: values[-1] for name, values in found.items()}
    request.state.language = served(fields.get("language"))
    return fields


def page(
    front: Front,
    template: str,
    framed: Framed,
    shown: Mapping[str, object],
    background: BackgroundTask | None = None,
) -> Response:
    """A page made of a template and what it shows."""
    language, refusal, phrase = framed.language, framed.refusal, front.knowledge.phrase
    words, is_private = Words(language), framed.is_private
    html = ENVIRONMENT.get_template(template).render(
        t=words,
        phrase=lambda key, of=language: phrase(key, of),
        styles=f"{STYLES_PATH}?v={STYLES_VERSION}",
        home=address(language),
        is_private=is_private,
        announcement=front.notice.announcement(language),
        refusal=phrase(f"front_{refusal.code}", language) if refusal else None,
        heading=framed.heading,
        languages=framed.languages,
        privacy=front.settings.privacy,
        imprint=front.settings.imprint,
        leave=words("exitUrl"),
        **shown,
    )
    status = STATUS[refusal.code] if refusal else framed.status
    return Response(html, status, _headers(front, is_private or refusal is not None), "text/html", background)


def _headers(front: Front, is_private: bool) -> dict[str, str]:
    headers = {
        "Content-Security-Policy": POLICY.format(origins=" ".join(sorted(front.settings.origins))).strip(),
        # Of an address with a question, other sites must learn nothing.
        "Referrer-Policy": "same-origin",
        "Cache-Control": PRIVATE if is_private else PUBLIC,
        "Vary": "Accept-Language",
    }
    return {**headers, "X-Robots-Tag": "noindex"} if is_private else headers
