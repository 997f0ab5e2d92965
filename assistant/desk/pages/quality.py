"""Quality: how questions end, by week, language, topic and release; how answers are rated; and what of it is public."""

from __future__ import annotations

import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assistant.desk.pages.due import name_of
from assistant.desk.quality import rated
from assistant.desk.quality_view import SECTION, Figures, language_name, public_file, report
from assistant.desk.state import desk_of, language_of
from assistant.desk.view import Menu, page
from assistant.front.store.tallies import Tallies, TallyRow

MENU = Menu(SECTION, "/quality", 50)
PERIODS_DAYS = (30, 90, 365)
MOST_ENTRIES = 50


def quality(request: Request) -> Response:
    """The page."""
    desk, language, days, spoken = desk_of(request), language_of(request), _days(request), _spoken(request)
    since, today, rows = _since(days), _today(), _rows(request)
    mine = [row for row in rows if not spoken or row.language == spoken]
    base = desk.knowledge()
    return page(
        request,
        "quality.html",
        SECTION,
        kept=desk.engine is not None,
        days=days,
        periods=PERIODS_DAYS,
        spoken=spoken,
        languages_spoken=[(code, language_name(code, language)) for code in sorted({row.language for row in rows})],
        report=report(mine, since, today, language),
        entries=[(name_of(group.label, base, language), group) for group in rated(mine)[:MOST_ENTRIES]],
        figures=Figures(language),
    )


def public(request: Request) -> Response:
    """The report for the public, as a file to save and publish."""
    days, language, today = _days(request), language_of(request), _today()
    written = public_file(_rows(request), _since(days), today, language)
    name = f"quality-{today.isoformat()}-{language}.html"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(written, media_type="text/html; charset=utf-8", headers=headers)


def _rows(request: Request) -> list[TallyRow]:
    engine = desk_of(request).engine
    return Tallies(engine).rows(_since(_days(request)).isoformat()) if engine else []


def _days(request: Request) -> int:
    """The time that is asked for, or the shortest that is offered."""
    asked = request.query_params.get("days", "")
    return next((days for days in PERIODS_DAYS if str(days) == asked), PERIODS_DAYS[0])


def _spoken(request: Request) -> str:
    return request.query_params.get("spoken", "")


def _since(days: int) -> datetime.date:
    return _today() - datetime.timedelta(days=days - 1)


def _today() -> datetime.date:
    """Today in UTC, as the counts have it."""
    return datetime.datetime.now(datetime.timezone.utc).date()


routes = [Route("/quality", quality), Route("/quality/public", public)]
