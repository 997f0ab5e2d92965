"""Handles, what is spelt out in words, dates and addresses of other languages."""

from __future__ import annotations

import pytest

from assistant.privacy import found


def kinds(text):
    return [(span.kind, text[span.start : span.end]) for span in found(text)]


@pytest.mark.parametrize(
    ("text", "account"),
    [
        ("schreib mir @olenka_k88", "@olenka_k88"),
        ("Mein Insta ist xemal_77", "xemal_77"),
        ("my facebook is xemal.rufo.5", "xemal.rufo.5"),
        ("t.me/xemal_r", "xemal_r"),
        ("мой телеграм zaur_95", "zaur_95"),
    ],
)
def test_accounts_count_as_names(text, account):
    assert kinds(text) == [("name", account)]


@pytest.mark.parametrize(
    "text",
    [
        "Folgt ihr mir auf Instagram?",
        "@iomgermany",
        "@UNmigration",
        "Treffen @ Berlin",
        "Seid ihr bei Telegram. Oder nicht?",
    ],
)
def test_what_is_public_or_no_account_stays(text):
    assert kinds(text) == []


@pytest.mark.parametrize(
    ("text", "found_there"),
    [
        ("john dot doe at gmail dot com", [("email", "john dot doe at gmail dot com")]),
        ("write to xemal at gmail.com", [("email", "xemal at gmail.com")]),
        ("awa point sow arobase orange point fr", [("email", "awa point sow arobase orange point fr")]),
        ("null eins sieben sechs drei vier fünf", [("phone", "null eins sieben sechs drei vier fünf")]),
        ("zero one seven, double six, 4 five", [("phone", "zero one seven, double six, 4 five")]),
        ("0 1 7 6 2 2 3 3 4 4 5", [("phone", "0 1 7 6 2 2 3 3 4 4 5")]),
    ],
)
def test_what_is_spelt_out_is_found(text, found_there):
    assert kinds(text) == found_there


@pytest.mark.parametrize(
    "text",
    [
        "Eins, zwei, drei Kinder, wie viel Geld gibt es?",
        "At which point does the embassy take over?",
        "one two three",
        "info@iom.int",
    ],
)
def test_counting_and_offices_stay(text):
    assert kinds(text) == []


def test_a_private_mailbox_called_info_is_masked():
    assert kinds("info@gmail.com") == [("email", "info@gmail.com")]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("Я народився 3 лютого 1977 року", "3 лютого 1977 року"),
        ("ولدت في ١٧/٣/١٩٨٤", "١٧/٣/١٩٨٤"),
        ("متولد ۱۳۶۵/۳/۱۷", "۱۳۶۵/۳/۱۷"),
        ("3 Şubat 1977 doğumluyum", "3 Şubat 1977"),
        ("Je suis né le 17 mars 1984", "17 mars 1984"),
        ("nací el 3 de febrero de 1977", "3 de febrero de 1977"),
    ],
)
def test_dates_of_birth_are_found_in_every_language(text, date):
    assert kinds(text) == [("birthdate", date)]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("J'habite 12 rue de la Paix, 75002 Paris", "12 rue de la Paix, 75002 Paris"),
        ("Vivo en calle Mayor 5", "calle Mayor 5"),
        ("Adres: Atatürk Caddesi No: 12", "Atatürk Caddesi No: 12"),
        ("Живу: ул. Ленина, д. 5, кв. 12", "ул. Ленина, д. 5, кв. 12"),
        ("ساكن في شارع الرشيد 12", "شارع الرشيد 12"),
    ],
)
def test_addresses_of_other_languages_are_found(text, address):
    assert kinds(text) == [("address", address)]
