"""Faults between a messenger, the front and Rasa: nothing is lost, nothing arrives twice."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from assistant.knowledge import knowledge
from assistant.launch import servers
from tests.fakes.messengers import TELEGRAM, WHATSAPP, WIRES, Person, RunningFront, of_wires
from tests.fakes.relay import relay
from tests.fakes.vendors.vendor import Fault
from tests.support.wait import until

pytestmark = pytest.mark.slow

QUESTIONS = {
    "Wann wurde die IOM gegründet?": "1951",
    "Wie vielen Menschen hat das Familienhilfeprogramm geholfen?": "683.950",
    "Wer leitet die IOM?": "Pope",
    "Seit wann gibt es das Büro der IOM in Deutschland?": "1954",
    "Seit wann heißt die IOM so?": "1989",
}
FIRST, SECOND, *_ = QUESTIONS
IMPATIENT = {"ASSISTANT_MESSENGER_SECONDS": "2"}
NOTICE = 1
A_WEEK = 7 * 86400
# One vendor suffices for faults between servers; two if it matters whether the vendor gives receipts.
ANY_VENDOR = of_wires(TELEGRAM)
# Tests with this front run in one worker, so that it is started only once.
QUICK_FRONT = pytest.mark.xdist_group("quick front")
WITH_AND_WITHOUT_RECEIPTS = of_wires(WHATSAPP, TELEGRAM)


def in_order(person, questions):
    """Checks that the answers arrive in the order of the questions, after the notice."""
    fit(person.hears(NOTICE + len(questions)), questions)


def fit(heard, questions):
    """Whether the messages are the notice and the answers to these questions."""
    told = heard[NOTICE:]
    found = [figure in answer.text for figure, answer in zip([QUESTIONS[q] for q in questions], told)]
    assert all(found), [answer.text[:80] for answer in told]


@pytest.fixture(scope="session")
def quick_front(vendor, assistant_port, tmp_path_factory):
    """A front that gives a vendor two seconds to answer; tests do not kill it."""
    front = RunningFront(vendor, assistant_port, tmp_path_factory.mktemp("quick"), IMPATIENT)
    yield front
    front.kill()


@pytest.fixture(scope="session")
def strict_front(vendor, assistant_port, tmp_path_factory):
    """A front that accepts three messages a minute from one person."""
    settings = {"ASSISTANT_RATE_SESSION": "3/minute"}
    front = RunningFront(vendor, assistant_port, tmp_path_factory.mktemp("strict"), settings)
    yield front
    front.kill()


def test_a_forged_request_is_refused_and_nothing_of_it_happens(person):
    for what, post in person.wire.forged(person.message(FIRST)):
        assert person.post(post).status_code in (401, 403), what
    time.sleep(1)
    assert person.heard() == []


def test_a_request_that_comes_again_is_not_answered_again(person):
    post = person.message(FIRST, id="again" + uuid.uuid4().hex)
    with ThreadPoolExecutor(5) as pool:
        assert {response.status_code for response in pool.map(person.post, [post] * 5)} == {200}
    in_order(person, [FIRST])
    assert person.post(post).status_code == 200
    time.sleep(1)
    assert len(person.heard()) == NOTICE + 1


@ANY_VENDOR
def test_it_is_not_answered_again_after_a_restart_or_after_deletion(wire, vendor, own_front):
    with own_front() as front:
        person = Person(wire, front, vendor)
        post = person.message(FIRST)
        person.post(post)
        in_order(person, [FIRST])
        front.kill()
        front.start()
        assert person.post(post).status_code == 200
        person.asks("Daten löschen")
        assert person.post(post).status_code == 200
        time.sleep(1)
        assert len(person.heard()) == NOTICE + 2


@of_wires(*(wire for wire in WIRES if wire.tells_time))
def test_a_copy_of_an_old_request_is_passed_over(person):
    post = person.message(FIRST, at=time.time() - A_WEEK - 60)
    # Slack's signature check refuses it.
    assert person.post(post).status_code == (403 if person.wire.name == "slack" else 200)
    time.sleep(1.5)
    assert person.heard() == []


def test_messages_in_the_wrong_order_are_answered_in_the_right_one(person):
    now = time.time()
    # Signed in advance, since the front waits only a quarter of a second for an earlier one.
    posts = [person.message(SECOND, at=now + 1), person.message(FIRST, at=now)]
    assert [person.post(post).status_code for post in posts] == [200, 200]
    in_order(person, [FIRST, SECOND] if person.wire.tells_time else [SECOND, FIRST])


def test_five_messages_in_one_go_are_answered_in_order(person):
    now = time.time()
    told = [(uuid.uuid4().hex, text, now + number) for number, text in enumerate(QUESTIONS)]
    if person.wire.bundles:
        assert person.post(person.wire.bundle(told, person.name)).status_code == 200
    else:
        for id_, text, at in told:
            person.writes(text, id=id_, at=at)
    in_order(person, list(QUESTIONS))


def test_too_many_requests_for_the_vendor_wait_as_long_as_it_says(person, vendor):
    status, body, headers = person.wire.too_many()
    vendor.fail(person.name, Fault(status, body, headers), Fault(status, body, headers))
    begun = time.time()
    person.writes(FIRST)
    in_order(person, [FIRST])
    assert time.time() - begun >= 2
    assert vendor.left(person.name) == 0


def test_a_vendor_out_of_order_gets_the_answer_later(person, vendor):
    vendor.fail(person.name, Fault(500), Fault(503))
    person.writes(FIRST)
    in_order(person, [FIRST])
    assert vendor.left(person.name) == 0


@ANY_VENDOR
def test_a_vendor_that_is_away_gets_the_answer_when_it_is_back(person, vendor):
    vendor.stop()
    try:
        person.writes(FIRST)
        time.sleep(2)
    finally:
        vendor.start()
    in_order(person, [FIRST])


@QUICK_FRONT
@WITH_AND_WITHOUT_RECEIPTS
def test_a_vendor_that_hangs_gets_the_answer_again(wire, vendor, quick_front):
    person = Person(wire, quick_front, vendor)
    vendor.fail(person.name, Fault(hang=5), Fault(hang=5))
    person.writes(FIRST)
    told = person.hears(NOTICE + 1, seconds=90)
    assert QUESTIONS[FIRST] in told[-1].text
    assert vendor.left(person.name) == 0


@QUICK_FRONT
@of_wires(*(wire for wire in WIRES if wire.gives_receipts))
def test_a_lost_word_of_the_vendor_is_made_good_by_its_receipt(wire, vendor, quick_front):
    person = Person(wire, quick_front, vendor)
    vendor.fail(person.name, Fault(hang=4, taken=True))
    person.writes(FIRST)
    time.sleep(3)
    assert len(person.heard()) == 1
    call = next(call for _, call, told in vendor.taken if told and told.person == person.name)
    assert person.post(wire.receipt(call)).status_code == 200
    in_order(person, [FIRST])
    time.sleep(3)
    in_order(person, [FIRST])


@ANY_VENDOR
def test_what_was_accepted_before_the_front_died_is_answered_afterwards(wire, vendor, own_front, assistant_port):
    rasa_port = servers.free_port()
    with own_front(rasa_port) as front:
        person = Person(wire, front, vendor)
        person.writes(FIRST)
        person.writes(SECOND)
        front.kill()
        with relay(rasa_port, assistant_port):
            front.start()
            in_order(person, [FIRST, SECOND])


@WITH_AND_WITHOUT_RECEIPTS
def test_what_was_answered_before_the_front_died_is_delivered_afterwards(wire, vendor, own_front):
    """When the front died, one person's answer had been refused for the moment, another's was on its way."""
    with own_front(extra=IMPATIENT) as front:
        refused, underway = (Person(wire, front, vendor) for _ in range(2))
        for person, faults in ((refused, [Fault(503)] * 2), (underway, [Fault(hang=60)])):
            person.asks(FIRST)
            vendor.fail(person.name, *faults)
            person.writes(SECOND)
        until(lambda: not vendor.left(underway.name))
        until(lambda: "later (503" in front.logged())
        front.kill()
        front.start()
        for person in (refused, underway):
            in_order(person, [FIRST, SECOND])


@of_wires(*(wire for wire in WIRES if wire.has_choices))
def test_buttons_that_the_vendor_refuses_become_numbers(person, vendor):
    person.asks(FIRST)
    refusal = person.wire.refusal()
    vendor.fail(person.name, Fault(*refusal))
    told = person.asks("Was ist das Familienhilfeprogramm?")
    assert told.choices == ()
    assert knowledge().phrase("choose_number", "de") in told.text


def test_who_blocked_us_holds_nobody_up(person, wire, front, vendor):
    vendor.fail(person.name, *[Fault(*wire.blocked())] * 2)
    person.writes(FIRST)
    other = Person(wire, front, vendor)
    other.writes(FIRST)
    in_order(other, [FIRST])
    until(lambda: not vendor.left(person.name), 15)
    assert person.heard() == []


@ANY_VENDOR
def test_who_writes_too_much_is_asked_for_patience_once(wire, vendor, strict_front):
    person = Person(wire, strict_front, vendor)
    for _ in range(6):
        person.writes(FIRST)
    told = person.hears(NOTICE + 4)
    assert [knowledge().phrase("front_too_many", "de") == one.text for one in told].count(True) == 1


def test_the_log_names_nobody_and_repeats_nothing(person, front):
    person.asks("Ich bin Xylophonspielerin und suche Querulantentum")
    log = front.logged()
    assert not [word for word in ("Xylophon", "Querulant", person.name) if word in log]
    secrets = [value for wire in WIRES for value in wire.environment("-").values() if len(value) > 9]
    assert not [secret for secret in secrets if secret in log]


def test_twenty_people_at_once(front, vendor):
    people = [Person(wire, front, vendor) for wire in WIRES for _ in range(20)]
    taken = []

    def talk(person):
        for text in list(QUESTIONS)[:3]:
            post = person.message(text)
            begun = time.perf_counter()
            assert person.post(post).status_code == 200
            taken.append(time.perf_counter() - begun)
            time.sleep(0.5)

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(talk, people))
    end = time.monotonic() + 180
    for person in people:
        person.waits_for(NOTICE + 3, end - time.monotonic())
    time.sleep(0.3)
    for person in people:
        fit(person.has_heard(NOTICE + 3), list(QUESTIONS)[:3])
    taken.sort()
    middle, most = taken[len(taken) // 2], taken[int(len(taken) * 0.95)]
    print(f"acknowledged: p50 {middle * 1000:.0f} ms, p95 {most * 1000:.0f} ms")
