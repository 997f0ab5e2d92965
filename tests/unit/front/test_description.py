"""The OpenAPI description and the front agree, whatever is sent."""

from __future__ import annotations

from dataclasses import replace

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import negative_data_rejection
from starlette.routing import Mount, Route

from assistant.core.languages import LANGUAGES
from assistant.front.app import DEMO_LANGUAGES, application, bare_application
from assistant.front.core.limits import Limits
from assistant.front.core.secret import kept_secrets
from assistant.front.core.settings import Caps, Rates, Settings
from assistant.front.web import check_page, page_view, plain_page, team_page
from assistant.front.web.pages import description
from assistant.front.web.security_txt import PATH
from tests.fakes.front import FakeRasa, Visitor, served

NOT_DESCRIBED = {
    "/",
    page_view.PATH,
    page_view.TEAM_PATH,
    team_page.SENT_PATH,
    check_page.PATH,
    check_page.SCRIPT_PATH,
    plain_page.STYLES_PATH,
    *(f"/{language}" for language in DEMO_LANGUAGES),
    "/openapi.json",
    "/webhooks/rest/",
    PATH,
}
ALONE = Caps(address_percent=100, stored_mb=10_000)
MANY = Rates(
    session="1000000/minute",
    address="1000000/minute",
    chats="1000000/minute",
    requests="1000000/minute",
    tokens="1000000/minute",
    team="1000000/minute",
)


def test_every_route_of_the_api_is_described():
    every = bare_application(Settings("sqlite://", b"x" * 32), Limits(Rates())).routes
    routes = [route for route in every if not isinstance(route, Mount)]
    told = {(path, method) for path, methods in description()["paths"].items() for method in methods}
    there = {
        (route.path, method.lower())
        for route in routes
        if isinstance(route, Route) and route.path not in NOT_DESCRIBED
        for method in (route.methods or set(route.endpoint({"type": "http"}, None, None)._allowed_methods)) - {"HEAD"}
    }
    assert told == there


def test_every_language_served_can_be_chosen():
    schemas = description()["components"]["schemas"]
    assert schemas["Language"]["enum"] == list(LANGUAGES)
    assert schemas["ChosenLanguage"]["enum"] == [*LANGUAGES, None]
    choice = description()["paths"]["/api/chat/messages"]["post"]["requestBody"]["content"]["application/json"]
    assert choice["schema"]["properties"]["choice"] == {"$ref": "#/components/schemas/ChosenLanguage"}


@pytest.fixture(scope="module")
def visitor(tmp_path_factory):
    folder = tmp_path_factory.mktemp("front")
    options = Settings(
        f"sqlite:///{folder / 'front.db'}",
        kept_secrets({}, folder)[0],
        rates=MANY,
        caps=ALONE,
        widget=folder,
        team=True,
    )
    app = application(replace(options, answer_timeout_seconds=1.0), FakeRasa())
    with served(app) as address, httpx2.Client(base_url=address, timeout=30) as client:
        visitor = Visitor(client)
        visitor.answer_to("Hallo")
        yield visitor


# A body that is too large is refused too, with 413.
REFUSED = {"checks": {"negative_data_rejection": {"expected-statuses": [400, 401, 404, 405, 413, 429]}}}
schema = schemathesis.openapi.from_dict(description(), config=SchemathesisConfig.from_dict(REFUSED))


@pytest.mark.slow
@schema.parametrize()
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_request_gets_an_answer_that_is_not_described(case, visitor):
    if "wait" in (case.query or {}):
        case.query["wait"] = 0
    chat = Visitor(visitor.client) if case.method == "DELETE" else visitor
    # Unknown query parameters are ignored, which that check considers a fault.
    without = [negative_data_rejection] if case.method == "GET" else []
    base = str(visitor.client.base_url)
    case.call_and_validate(base_url=base, headers=chat.headers, excluded_checks=without)
