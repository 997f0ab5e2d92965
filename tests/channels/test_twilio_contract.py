"""What the Twilio connector sends, validated by Prism against Twilio's own description of its API."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.front.messengers.base.api import HttpApi
from assistant.front.messengers.base.layout import Bubble, Option
from assistant.front.messengers.base.outcomes import Outcome
from assistant.front.messengers.twilio import Twilio
from assistant.knowledge import knowledge
from tests.channels.prism_server import prism
from tests.fakes.vendors.twilio import ACCOUNT, AUTH_TOKEN
from tests.fakes.vendors.wire import PUBLIC

# All in one worker: otherwise each would start Prism.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prism")]

SERVICE = "MG" + "0123456789abcdef" * 2
PHONE, WHATSAPP = "+4915112345678>+4930901820", "whatsapp:+4915112345678>whatsapp:+4930901820"


@pytest.fixture(scope="module")
def judge(tmp_path_factory):
    with prism("twilio.json", tmp_path_factory.mktemp("prism")) as url:
        yield url


def connector(url, public=PUBLIC, service=""):
    settings = {"account_sid": ACCOUNT, "auth_token": AUTH_TOKEN, "base_url": url, "api_version": "2010-04-01"}
    return Twilio({**settings, "messaging_service_sid": service}, knowledge(), public)


async def sent(call):
    api = HttpApi(timeout_seconds=30)
    try:
        return await api.send(call)
    finally:
        await api.close()


@pytest.mark.parametrize("service", ["", SERVICE])
@pytest.mark.parametrize("public", ["", PUBLIC])
@pytest.mark.parametrize("recipient", [PHONE, WHATSAPP])
async def test_messages_keep_to_the_description(recipient, public, service, judge):
    twilio = connector(judge, public, service)
    bubble = Bubble("Was möchten Sie wissen – „Förderung“ & 20 € mehr?", "de", (Option("Wie viel?", "o1.0"),))
    for piece in [*twilio.laid_out(bubble), Bubble("ä" * twilio.max_length, "de")]:
        said = await sent(twilio.call(recipient, piece, "0123456789abcdef.1.0"))
        assert said.status == 201, said.body
        assert twilio.interpret(said).outcome is Outcome.ACCEPTED


@pytest.mark.parametrize(
    ("field", "value"),
    [("To", None), ("MessagingServiceSid", "MG1"), ("SmartEncoded", "perhaps"), ("StatusCallback", "no address")],
)
async def test_the_judge_judges(field, value, judge):
    call = connector(judge).call(PHONE, Bubble("Guten Tag", "de"), "key")
    form = {name: written for name, written in {**call.form, field: value}.items() if written is not None}
    assert (await sent(replace(call, form=form))).status == 422


async def test_an_account_that_is_none_is_refused(judge):
    call = connector(judge).call(PHONE, Bubble("Guten Tag", "de"), "key")
    assert (await sent(replace(call, url=call.url.replace(ACCOUNT, "AC1")))).status == 422
    assert (await sent(replace(call, auth=None))).status == 401
