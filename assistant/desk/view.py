"""Makes the desk's pages from templates, in which every text is escaped."""

from __future__ import annotations

import datetime
import hashlib
import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import NoMatchFound, Route

from assistant.core.languages import Language
from assistant.core.paths import ROOT
from assistant.desk.csrf import FIELD, Csrf
from assistant.desk.errors import ChangedError, RefusedError
from assistant.desk.texts import COMMON, Words, languages
from assistant.desk.topics import topic_name
from assistant.front.web.plain_page import TEMPLATES as FRONT_TEMPLATES
from assistant.knowledge.render import LOCALES, direction

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"
# The names of the routes to an entry's page (with the place `{entry:path}`) and to the form for a new one.
ENTRY, NEW_ENTRY = "entry", "new_entry"
STATIC_PATH = "/static/"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
# The project's mark, as the demo pages have it.
ICON = ROOT / "widget" / "demo" / "icon.svg"
KEPT = {"Cache-Control": "private, max-age=31536000, immutable"}
TEMPLATES = Environment(
    # With those of the page at /chat, so that answers are shown here as there.
    loader=FileSystemLoader([FOLDER / "templates", FRONT_TEMPLATES]),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
# Marks with which a text can be shown in another order than it is written in, or hide a part of itself. The joiners of
# Arabic and Farsi are not among them.
MISLEADING = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")


@dataclass(frozen=True)
class Menu:
    """A page's place in the menu: the section of its texts (with a `title`), its path, and its rank."""

    section: str
    path: str
    rank: int


@dataclass(frozen=True)
class Parts:
    """What app.py gives to every template."""

    menu: tuple[Menu, ...]
    csrf: Csrf


def page(request: Request, template: str, section: str, status: int = 200, **shown: object) -> Response:
    """A page from a template whose words are those of `section`.

    Every template has `t("key")`, `said("section", "key")`, `visitor(text)`, `user`, `csrf` (the field for a form),
    `static("name.css")`, `day(date)`, `topic_name(id)` and `plain(text)`.
    """
    language: Language = request.state.language
    parts: Parts = request.app.state.parts
    html = TEMPLATES.get_template(template).render(
        t=Words(language, section),
        said=lambda section, key, **values: Words(language, section)(key, **values),
        language=language,
        direction=direction(language),
        languages=[(code, Words(code)("language_name"), _in_language(request, code)) for code in languages()],
        menu=[(Words(language, each.section)("title"), each.path, each.section == section) for each in parts.menu],
        user=request.state.user,
        done=_done(request, section),
        day=partial(day, language=language),
        csrf=Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, parts.csrf.token(request.state.user)),
        static=static_address,
        visitor=visitor,
        plain=plain,
        topic_name=partial(topic_name, language=language),
        entry_address=partial(_entry_address, request),
        **shown,
    )
    return HTMLResponse(html, status)


def visitor(text: str, language: str | None = None) -> Markup:
    """A visitor's words: escaped, without marks that turn text round, and apart from the text they stand in."""
    spoken = Markup(' lang="{}"').format(language) if language else ""
    return Markup('<bdi class="visitor" dir="auto"{}>{}</bdi>').format(spoken, escape(plain(text)))


def plain(text: str) -> str:
    """A visitor's words without marks that turn text round or hide it, for fields that an editor goes on with."""
    return MISLEADING.sub("", text)


def _in_language(request: Request, language: Language) -> str:
    """The address of the same page in another language."""
    return f"{request.url.path}?{request.url.remove_query_params('done').include_query_params(language=language).query}"


def _done(request: Request, section: str) -> str | None:
    """What has just been done, as `see_other(path, done="done_…")` names it: a text of the page without places."""
    key = request.query_params.get("done", "")
    words = Words(request.state.language, section)
    return words(key) if key.startswith("done_") and key in words else None


def day(date: datetime.date | str, language: Language) -> str:
    """A day, which may be an ISO date, as it is written in a language."""
    found = datetime.date.fromisoformat(date) if isinstance(date, str) else date
    return str(format_date(found, "medium", locale=LOCALES[language]))


def see_other(path: str, **query: str) -> Response:
    """Leads on after a form has been dealt with, so that reloading sends nothing twice."""
    return RedirectResponse(f"{path}?{urlencode(query)}" if query else path, 303)


def _entry_address(request: Request, entry: str) -> str | None:
    return address_of(request, ENTRY, entry=entry)


def address_of(request: Request, route: str, **places: str) -> str | None:
    """The address of another page, by the name of its route; None if there is no such page."""
    try:
        return str(request.app.url_path_for(route, **places))
    except NoMatchFound:
        return None


def error_page(request: Request, refusal: RefusedError) -> Response:
    """The page that says why a request is refused."""
    reason = Words(request.state.language)(refusal.key, **refusal.values)
    return page(request, "error.html", COMMON, refusal.status, reason=reason)


def changed_page(request: Request, error: ChangedError) -> Response:
    """The page that shows what somebody else has saved meanwhile beside what was to be saved."""
    return page(request, "changed.html", COMMON, 409, clash=error.clash)


def static_address(name: str) -> str:
    """The address of a style sheet, a script or the icon, which changes with its content."""
    return f"{STATIC_PATH}{name}?v={_version(_place(name).read_bytes())}"


def _version(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


def static_file(request: Request) -> Response:
    """A style sheet, a script or the icon; kept by the browser if it is asked for with its version."""
    name, path = request.path_params["name"], _place(request.path_params["name"])
    if "/" in name or path.suffix not in TYPES or not path.is_file():
        raise RefusedError(404, "not_found")
    content = path.read_bytes()
    is_this = request.query_params.get("v") == _version(content)
    return Response(content, media_type=TYPES[path.suffix], headers=KEPT if is_this else None)


def _place(name: str) -> Path:
    return ICON if name == ICON.name else STATIC / name


STATIC_ROUTE = Route(f"{STATIC_PATH}{{name}}", static_file)
