"""What people do in messengers besides asking, on every vendor: one act gets one answer, or none where none is due.

The name of each test with its vendor is a cell of the table in docs/decisions/0029-acts-not-webhooks.md.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from assistant.front.app import application
from assistant.front.core.refusal_log import refusals
from assistant.front.core.settings import Rates, Settings
from assistant.front.messengers.registry import configured
from assistant.knowledge import knowledge
from assistant.knowledge.render import sentence
from tests.fakes.front import HERE, HOST, FakeRasa, enveloped
from tests.fakes.vendors import acts
from tests.fakes.vendors.acts import FACEBOOK, SLACK, SMS, TELEGRAM, TWILIO_WHATSAPP, WHATSAPP, WIRES, now
from tests.fakes.vendors.telegram import SECRET, number_of
from tests.fakes.vendors.vendor import Vendor
from tests.fakes.vendors.wire import PUBLIC
from tests.support.wait import until

END = "Ist das alles?"
CHOICES = ["Wo ist das Büro?", "Was kostet das?"]
SECONDS = 60.0
numbers = itertools.count(8000)


def said(language, text):
    message = {"recipient_id": "x", "text": text, "buttons": [{"title": one, "payload": one} for one in CHOICES]}
    return [message, enveloped("fact", language=language)]


@pytest.fixture(scope="module")
def vendor():
    vendor = Vendor(WIRES)
    yield vendor
    vendor.stop()


class Person:
    """Somebody who writes to a front in this process."""

    def __init__(self, wire, client, vendor, rasa):
        self.wire, self.client, self.rasa, self._vendor = wire, client, rasa, vendor
        self.name = wire.person(next(numbers))
        self._ids = itertools.count()

    def sends(self, posts):
        for post in posts:
            response = self.client.post(
                f"/webhooks/{self.wire.name}{post.query}", content=post.content, headers=post.headers
            )
            assert response.status_code == 200, response.text

    def does(self, act):
        self.sends(act(self.name, now()))

    def writes(self, text, id=None, later=0):  # noqa: A002
        id_ = id or f"{self.name}.{next(self._ids)}"
        self.sends([self.wire.text(self.name, text, id=id_, at=now() + later)])

    def heard(self):
        return [told for _, _, told in list(self._vendor.taken) if told and told.person == self.name]

    def calls(self):
        return [call for _, call, told in list(self._vendor.taken) if told and told.person == self.name]

    def hears(self, count):
        until(lambda: len(self.heard()) >= count, SECONDS, lambda: [told.text for told in self.heard()])
        return self.heard()

    def texts(self):
        """What was answered after the notice, once the answer to a last question has come."""
        self.writes(END, later=30)
        until(lambda: any(answer(END) in told.text for told in self.heard()), SECONDS, lambda: self.heard())
        texts = [told.text for told in self.heard()]
        assert any(word in texts[0] for word in ("Maschine", "machine"))
        assert answer(END) in texts[-1]
        return [text.partition("\n")[0] for text in texts[1:-1]]


def answer(text):
    return f"Antwort auf {text}"


def line(name, language="de"):
    return knowledge().phrase(name, language)


class Service:
    """A front with every messenger, and a Rasa that repeats the question; shared, since it is slow to start."""

    def __init__(self, folder, vendor, rates):
        self.rasa = FakeRasa()
        self.rasa.reply = lambda body: said("de", answer(body["message"]))
        environment = {name: value for wire in WIRES for name, value in wire.environment(vendor.url).items()}
        environment |= {"ASSISTANT_FACEBOOK_PAGE_ID": acts.PAGE, "ASSISTANT_SLACK_TEAM_ID": "T1"}
        url = f"sqlite:///{folder / 'front.db'}"
        on = Settings(database=url, secret=SECRET.encode(), widget=folder, hosts=frozenset({HOST}), public_url=PUBLIC)
        self.app = application(replace(on, rates=rates, messengers=configured(environment)), self.rasa)


@pytest.fixture(scope="module", params=[Rates(session="1000/minute")], ids=["ample"])
def service(request, tmp_path_factory, vendor):
    service = Service(tmp_path_factory.mktemp("kinds"), vendor, request.param)
    with TestClient(service.app, HERE) as service.client:
        yield service


@pytest.fixture
def meet(service, vendor):
    return lambda wire: Person(wire, service.client, vendor, service.rasa)


@pytest.fixture(autouse=True)
def _log_anew(monkeypatch):
    monkeypatch.setattr(refusals, "_since", {})


def cells(rows):
    """One test for each vendor that has the act."""
    return pytest.mark.parametrize(
        ("wire", "act"), [pytest.param(*row, id=f"{row[0].name}{row[0].kind}") for row in rows]
    )


every_vendor = pytest.mark.parametrize("wire", WIRES, ids=[f"{wire.name}{wire.kind}" for wire in WIRES])
with_buttons = pytest.mark.parametrize("wire", [w for w in WIRES if w.has_choices], ids=lambda wire: wire.name)
frugal = pytest.mark.parametrize("service", [Rates(session="3/minute")], ids=["3 a minute"], indirect=True)

LIVE = [(TELEGRAM, acts.live_location_on_telegram)]
ALBUMS = [
    (TELEGRAM, acts.album_on_telegram),
    (WHATSAPP, acts.album_on_whatsapp),
    (FACEBOOK, acts.album_on_facebook),
    (SLACK, acts.album_on_slack),
    (SMS, acts.album_on_twilio(SMS)),
    (TWILIO_WHATSAPP, acts.album_on_twilio(TWILIO_WHATSAPP)),
]
STICKERS = [
    (TELEGRAM, acts.sticker_of_telegram("")),
    (WHATSAPP, acts.sticker_on_whatsapp),
    (FACEBOOK, acts.sticker_of_facebook(7)),
    (TWILIO_WHATSAPP, acts.sticker_on_twilio),
]
THUMBS = [(TELEGRAM, acts.sticker_of_telegram("👍")), (FACEBOOK, acts.sticker_of_facebook(acts.THUMB))]
REACTIONS = [
    (TELEGRAM, acts.reaction_on_telegram),
    (WHATSAPP, acts.reaction_on_whatsapp),
    (FACEBOOK, acts.reaction_on_facebook),
    (SLACK, acts.reaction_on_slack),
    (SMS, acts.reaction_by_sms),
]
BY_MACHINES = [
    (TELEGRAM, acts.edit_on_telegram(acts.BEFORE)),
    (WHATSAPP, acts.edit_on_whatsapp(acts.BEFORE)),
    (FACEBOOK, acts.edit_on_facebook(acts.BEFORE)),
    (SLACK, acts.edit_on_slack(acts.BEFORE)),
]
BY_PEOPLE = [
    (TELEGRAM, acts.edit_on_telegram("Wo?")),
    (WHATSAPP, acts.edit_on_whatsapp("Wo?")),
    (FACEBOOK, acts.edit_on_facebook("Wo?")),
    (SLACK, acts.edit_on_slack("Wo?")),
]
SERVICE = [
    (TELEGRAM, acts.service_on_telegram),
    (WHATSAPP, acts.service_on_whatsapp),
    (FACEBOOK, acts.service_on_facebook),
    (SLACK, acts.service_on_slack),
]
ELSEWHERE = [
    (TELEGRAM, acts.elsewhere_on_telegram),
    (WHATSAPP, acts.elsewhere_on_whatsapp),
    (FACEBOOK, acts.elsewhere_on_facebook),
    (SLACK, acts.elsewhere_on_slack),
    (SMS, acts.elsewhere_on_twilio(SMS)),
    (TWILIO_WHATSAPP, acts.elsewhere_on_twilio(TWILIO_WHATSAPP)),
]


@cells(LIVE)
def test_a_live_location_gets_one_line(wire, act, meet):
    person = meet(wire)
    person.writes("Hallo")
    person.does(act)
    assert person.texts() == [answer("Hallo"), line("messenger_media")]


@cells(ALBUMS)
def test_an_album_gets_one_line_and_its_caption_one_answer(wire, act, meet):
    person = meet(wire)
    person.writes("Hallo")
    person.does(act)
    assert sorted(person.texts()) == sorted([answer("Hallo"), line("messenger_media"), answer(acts.BEFORE)])


@cells(STICKERS)
def test_a_sticker_is_taken_in_silence(wire, act, meet):
    person = meet(wire)
    person.writes("Hallo")
    person.does(act)
    assert person.texts() == [answer("Hallo")]


@cells(STICKERS)
def test_a_sticker_begins_a_chat(wire, act, meet):
    person = meet(wire)
    person.does(act)
    assert person.texts() in ([line("messenger_start", "de")], [line("messenger_start", "en")])


@cells(THUMBS)
def test_a_sticker_of_a_thumb_means_thanks(wire, act, meet):
    person = meet(wire)
    person.does(act)
    assert person.texts() == [thanks("de")]


@every_vendor
def test_a_thumb_alone_means_thanks(wire, meet):
    people = {thumb: meet(wire) for thumb in ("👍", "👍🏽", " 👍👍 ", "🙏🏼", "❤️", "👌!")}
    for thumb, person in people.items():
        person.writes("Hallo")
        person.writes(thumb)
    expected = {thumb: [answer("Hallo"), thanks("de")] for thumb in people}
    assert {thumb: person.texts() for thumb, person in people.items()} == expected


def thanks(language):
    return knowledge().entries["smalltalk/thanks"].answer[language]


@cells(REACTIONS)
def test_a_reaction_is_taken_in_silence(wire, act, meet):
    person = meet(wire)
    person.writes("Hallo")
    person.does(act)
    assert person.texts() == [answer("Hallo")]


@cells(BY_MACHINES)
def test_an_edit_that_changes_no_text_is_none(wire, act, meet):
    person = meet(wire)
    person.does(act)
    assert person.texts() == [answer(acts.BEFORE)]


@cells(BY_PEOPLE)
def test_an_edit_gets_one_line_however_often_it_is_told(wire, act, meet):
    person = meet(wire)
    person.does(act)
    assert person.texts() == [answer(acts.BEFORE), line("messenger_edit")]


@cells(SERVICE)
def test_what_the_vendor_itself_writes_is_taken_in_silence(wire, act, meet):
    person = meet(wire)
    person.writes("Hallo")
    person.does(act)
    assert person.texts() == [answer("Hallo")]


@frugal
@cells(
    [
        *((wire, act) for wire, act in (*LIVE, *ALBUMS, *REACTIONS, *BY_MACHINES, *SERVICE)),
    ]
)
def test_none_of_this_eats_the_rate(wire, act, meet):
    person = meet(wire)
    person.does(act)
    assert line("front_too_many") not in person.texts()


# Each with the language of the answer: the language of the chat if that has the word, else the first that has it.
STOPS = {"STOP": "de", "Stopp!": "de", "unsubscribe": "en", "arrêt": "fr", "parar": "es", "отписаться": "ru"}
STOPS |= {"відписатися": "uk", "إيقاف": "ar", "لغو عضویت": "fa", "durdur": "tr", "수신거부": "ko"}


@every_vendor
def test_who_opts_out_is_told_what_is_kept_and_how_to_delete_it(wire, meet):
    people = {word: meet(wire) for word in STOPS}
    for word, person in people.items():
        person.writes("Hallo")
        person.writes(word)
    said = {word: person.texts() for word, person in people.items()}
    assert said == {word: [answer("Hallo"), stopped(language)] for word, language in STOPS.items()}


def stopped(language):
    return sentence(knowledge(), "stop", language, days=30)


@every_vendor
def test_who_opts_out_at_once_gets_one_line_and_no_notice(wire, meet):
    person = meet(wire)
    person.writes("Stop")
    assert person.hears(1)[0].text in (stopped("de"), stopped("en"))
    person.writes("Hallo")
    notice, told = person.hears(3)[1:]
    assert any(word in notice.text for word in ("Maschine", "machine"))
    assert answer("Hallo") in told.text


@with_buttons
def test_a_button_pressed_twice_is_taken_once(wire, meet):
    person = meet(wire)
    person.writes("Hallo")
    choices = person.hears(2)[-1].choices
    for number in range(3):
        person.sends([wire.choice(person.name, choices[1][1], id=f"{person.name}.press{number}", at=now() + number)])
    assert person.texts() == [answer("Hallo"), answer(CHOICES[1])]


@with_buttons
def test_two_buttons_are_two_choices(wire, meet):
    person = meet(wire)
    person.writes("Hallo")
    choices = person.hears(2)[-1].choices
    for number, (_, sent) in enumerate(choices):
        person.sends([wire.choice(person.name, sent, id=f"{person.name}.press{number}", at=now() + number)])
    assert person.texts() == [answer("Hallo"), *map(answer, CHOICES)]


@frugal
@every_vendor
def test_a_request_that_comes_again_does_not_eat_the_rate(wire, meet):
    person = meet(wire)
    first = wire.text(person.name, "Hallo", id=f"{person.name}.first", at=now())
    again = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
    person.sends([first, *[replace(first, headers={**first.headers, **again})] * 4])
    person.writes("Wer?")
    assert person.texts() == [answer("Hallo"), answer("Wer?")]


@cells(ELSEWHERE)
def test_what_is_for_another_number_page_or_bot_is_not_answered_and_said_once(wire, act, meet, caplog):
    person = meet(wire)
    for number in range(3):
        person.sends(act(person.name, now() + number))
    assert person.texts() == []
    assert caplog.text.count(f"{wire.name}: a request is for another") == 1


SPELT = {
    "Danke :raised_hands:": "Danke 🙌",
    "hallo :wave::skin-tone-3:": "hallo 👋🏼",
    "Moin :coffee:": "Moin ☕",
    "Moin :our_own_parrot: zusammen": "Moin zusammen",
    "Um 10:30:15 oder 8:15?": "Um 10:30:15 oder 8:15?",
    "Was heißt a:b:c?": "Was heißt a:b:c?",
}
BLOCKS = {"raised_hands": "1f64c", "wave": "1f44b-1f3fc", "coffee": "2615", "our_own_parrot": None}


@pytest.mark.parametrize(("spelt", "read"), SPELT.items(), ids=SPELT.values())
@pytest.mark.parametrize("blocks", [True, False], ids=["blocks", "text alone"])
def test_short_codes_are_read_as_emoji(spelt, read, blocks, meet):
    person = meet(SLACK)
    drawn = [
        {"type": "emoji", "name": name, **({"unicode": code} if code else {})}
        for name, code in BLOCKS.items()
        if f":{name}:" in spelt
    ]
    written = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": drawn}]}
    more = {"blocks": [written]} if blocks else {}
    person.sends([acts.on_slack(person.name, spelt, "spelt", now(), **more)])
    assert person.texts() == [answer(read)]


def test_a_short_code_of_a_thumb_means_thanks(meet):
    person = meet(SLACK)
    person.writes(":+1::skin-tone-2:")
    assert person.texts() == [thanks("de")]


def test_a_short_code_of_a_number_is_a_choice(meet):
    person = meet(SLACK)
    person.writes("Hallo")
    person.hears(2)
    person.writes(":two:")
    assert person.texts() == [answer("Hallo"), answer(CHOICES[1])]


def test_what_somebody_says_of_themselves_is_answered(meet):
    person = meet(SLACK)
    person.sends([acts.on_slack(person.name, acts.BEFORE, "me", now(), subtype="me_message")])
    assert person.texts() == [answer(acts.BEFORE)]


def test_slack_is_answered_in_the_thread(meet):
    person = meet(SLACK)
    person.sends([acts.on_slack(person.name, "Hallo", "a", now(), thread_ts="1.000009")])
    person.hears(2)
    person.writes("Wer?")
    person.hears(3)
    assert [call.body.get("thread_ts") for call in person.calls()] == ["1.000009", "1.000009", None]


def test_telegram_is_answered_in_the_topic(meet):
    person = meet(TELEGRAM)
    topic = {"message_thread_id": 77, "is_topic_message": True}
    person.sends([acts.on_telegram(person.name, "a", now(), text="Hallo", **topic)])
    person.hears(2)
    person.writes("Wer?")
    person.hears(3)
    assert [call.body.get("message_thread_id") for call in person.calls()] == [77, 77, None]


def quoted(call):
    """The message that one of ours quotes."""
    if "context" in call.body:
        return call.body["context"]["message_id"]
    return (call.body.get("reply_parameters") or {}).get("message_id")


@pytest.mark.parametrize("wire", [TELEGRAM, WHATSAPP], ids=["telegram", "whatsapp"])
def test_an_answer_that_comes_after_the_next_question_quotes_its_own(wire, meet, monkeypatch):
    person = meet(wire)
    monkeypatch.setattr(person.rasa, "slow", 1.0)
    person.writes("Wer?", id=f"{person.name}.wer")
    person.writes("Wo?")
    person.hears(3)
    _, first, last = person.calls()
    assert str(quoted(first)) in (f"wamid.{person.name}.wer", str(number_of(f"{person.name}.wer")))
    assert quoted(last) is None


NAMED = ["2", "2.", "２", "٢", "۲", "2️⃣", "2 bitte", "#2", "(2)", "Nr. 2", "Option 2", "number 2", "the second one"]
NAMED += ["die zweite", "zwei", "numéro 2", "opción 2", "номер 2", "варіант 2", "رقم 2", "شماره ۲", "2번", "2 numara"]


@every_vendor
def test_a_choice_is_named_in_many_ways(wire, meet):
    people = {named: meet(wire) for named in NAMED}
    for person in people.values():
        person.writes("Hallo")
    for named, person in people.items():
        person.hears(2)
        person.writes(named)
    expected = {named: [answer("Hallo"), answer(CHOICES[1])] for named in people}
    assert {named: person.texts() for named, person in people.items()} == expected
