"""Texts of answers become paragraphs, lists and links, as the website element makes them."""

from __future__ import annotations

import time

import pytest

from assistant.front.web.rich_text import Block, Run, blocks_of, helplines_in, is_safe, runs_of


def links(text, phones=(), helplines=False):
    return [run.href for run in runs_of(text, phones, helplines) if run.href]


def test_empty_lines_part_paragraphs_and_dashes_make_a_list():
    assert blocks_of("Eins\nzwei\n\n- a\n• b\nDrei") == [
        Block(((Run("Eins"),), (Run("zwei"),))),
        Block(((Run("a"),), (Run("b"),)), is_list=True),
        Block(((Run("Drei"),),)),
    ]
    assert blocks_of("") == []


def test_only_https_mail_and_telephone_become_links():
    text = "https://a.de/x, mailto:b@c.de tel:+49112 info@iom.int"
    assert links(text) == ["https://a.de/x", "mailto:b@c.de", "tel:+49112", "mailto:info@iom.int"]
    assert links("javascript:alert(1) data:text/html,x http://a.de vbscript:x <a href=x>") == []
    assert is_safe("HTTPS://a.de")
    assert not is_safe(" javascript:alert(1)")
    assert not is_safe("//a.de")


def test_the_full_stop_behind_an_address_stays_outside_of_it():
    assert list(runs_of("Siehe https://a.de/x.")) == [Run("Siehe "), Run("https://a.de/x", "https://a.de/x"), Run(".")]


def test_emergency_numbers_are_links_in_a_crisis_only():
    text = "112 oder 116 016 oder 0800 1110111, in 18 Sprachen"
    assert links(text, helplines=True) == ["tel:112", "tel:116016", "tel:08001110111"]
    assert links("112 Menschen") == []


def test_numbers_of_contacts_are_links_however_they_are_grouped():
    phones = ["+49 30 2902245500", "116 016"]
    assert links("Tel. +49 (30) 290-2245-500 oder 116016.", phones) == ["tel:+49302902245500", "tel:116016"]
    assert links("1123, 0112, +112, 112 000", ["112"]) == []
    assert list(helplines_in("030 443509821, 112", ["030 443509821"])) == ["030 443509821", "112"]


@pytest.mark.parametrize("text", ["a https://b.de c d@e.de f 112 g", "112112 +49112 x@y", "• \n- "])
def test_no_text_is_lost_between_the_links(text):
    assert "".join(run.text for run in runs_of(text, ["112"], helplines=True)) == text


def test_any_text_takes_little_time():
    started = time.monotonic()
    blocks_of("a@" * 20_000 + "\n- x" * 5_000 + "0800 " * 5_000, ["0800 1110111"], helplines=True)
    assert time.monotonic() - started < 5
