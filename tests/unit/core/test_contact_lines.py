"""Contacts written out: only what has not been said, and nothing twice."""

from __future__ import annotations

import time

import pytest

from assistant.core.contact_lines import contact_lines

FAP = {
    "name": "FAP",
    "purpose": "Familiennachzug",
    "phone": "+49 30 2902245500",
    "email": "info.fap.de@iom.int",
    "url": "https://germany.iom.int/fap",
    "address": "Glinkastraße 24, 10117 Berlin",
    "hours": "Mo–Fr 9–12 Uhr",
    "cost": "kostenlos",
    "languages": ["de", "ar"],
}
AMBULANCE = {"name": "Notruf", "purpose": "Lebensgefahr", "phone": "112", "hours": "Tag und Nacht"}


def one(said, **contact):
    """The lines for one contact with one way to reach it."""
    return contact_lines([{"name": "X", "purpose": "y", **contact}], said)


def test_a_line_has_every_way_and_the_hours():
    assert contact_lines([FAP], "Fragen Sie das Programm.") == [
        "FAP: +49 30 2902245500, info.fap.de@iom.int, https://germany.iom.int/fap, "
        "Glinkastraße 24, 10117 Berlin; Mo–Fr 9–12 Uhr"
    ]


@pytest.mark.parametrize(
    "said",
    [
        "Tel. +49 30 2902245500",
        "Tel. +49302902245500.",
        "+49 30 290-2245-500",
        "+49 (30) 29022 45500",
        "+49\u00a030 2902245500",
    ],
)
def test_a_number_that_is_said_in_another_grouping_is_not_repeated(said):
    assert one(said, phone="+49 30 2902245500") == []


@pytest.mark.parametrize(
    "said", ["0800 1110112", "0800 112", "Nr. 1123", "112 000 Menschen", "2011 2", "1 1 und 2", "2.112"]
)
def test_a_short_number_within_another_has_not_been_said(said):
    assert contact_lines([AMBULANCE], said) == ["Notruf: 112; Tag und Nacht"]


@pytest.mark.parametrize("said", ["Rufen Sie 112 an.", "112/110", "(112)", "112", "110, 112, 116 117"])
def test_a_short_number_by_itself_has_been_said(said):
    assert contact_lines([AMBULANCE], said) == []


@pytest.mark.parametrize(
    "said", ["https://www.x.org", "www.x.org/", "x.org", "Siehe HTTPS://X.ORG.", "(https://x.org)"]
)
def test_an_address_that_is_said_is_not_repeated(said):
    assert one(said, url="https://www.x.org") == []


@pytest.mark.parametrize("said", ["https://x.org/deep", "https://x.org.uk", "https://en.x.org", "me@x.org", "x.org?a"])
def test_an_address_is_not_the_beginning_or_end_of_another(said):
    assert one(said, url="https://x.org") == ["X: https://x.org"]


def test_an_email_is_compared_as_a_whole():
    assert one("Schreiben Sie an Info@x.org.", email="info@x.org") == []
    assert one("fap.info@x.org oder info@x.org.uk", email="info@x.org") == ["X: info@x.org"]


def test_a_postal_address_may_be_broken_into_lines():
    assert one("Glinkastraße 24,\n10117 Berlin", address="Glinkastraße 24, 10117 Berlin") == []


def test_only_the_ways_not_said_are_written():
    said = "Rufen Sie an: +49 30 2902245500 (mo–fr 9–12 Uhr), https://germany.iom.int/fap"
    assert contact_lines([FAP], said) == ["FAP: info.fap.de@iom.int, Glinkastraße 24, 10117 Berlin"]


def test_nothing_is_written_twice():
    everywhere = {**AMBULANCE, "name": "Notruf in der EU", "url": "https://x.org"}
    assert contact_lines([AMBULANCE, AMBULANCE, everywhere], "") == [
        "Notruf: 112; Tag und Nacht",
        "Notruf in der EU: https://x.org",
    ]


def test_without_any_way_a_contact_says_what_it_is_for_unless_it_is_named():
    court = {"name": "Amtsgericht", "purpose": "Beratungshilfe"}
    assert contact_lines([court], "Fragen Sie.") == ["Amtsgericht: Beratungshilfe"]
    assert contact_lines([court], "Fragen Sie das Amtsgericht.") == []


def test_hostile_text_takes_no_time():
    started = time.perf_counter()
    for said in ("1 " * 20_000, "+49 " * 10_000, "https://" * 5_000, "a@" * 20_000, " " * 40_000):
        assert len(contact_lines([FAP, AMBULANCE], said)) == 2
    assert time.perf_counter() - started < 2
