"""Each kind of personal data, and similar text that must not be masked."""

from __future__ import annotations

import pytest

from assistant.privacy import found


def parts(text, kind):
    return [text[span.start : span.end] for span in found(text) if span.kind == kind]


def assert_only(text, kind, *expected):
    assert parts(text, kind) == list(expected)
    assert len(found(text)) == len(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("schreib an reza.k@gmail.com bitte", "reza.k@gmail.com"),
        ("reza.k (at) gmail.com", "reza.k (at) gmail.com"),
        ("mail: reza.k@gmailcom", "reza.k@gmailcom"),
    ],
)
def test_emails(text, expected):
    assert_only(text, "email", expected)


@pytest.mark.parametrize("text", ["info.fap.de@iom.int", "Treffen @ Berlin?", "Was macht @IOMGermany?"])
def test_public_addresses_and_handles_stay(text):
    assert found(text) == []


@pytest.mark.parametrize(
    "number",
    ["0176 23456789", "+963 944 512 376", "0093 70 123 4567", "+49 (0)176 98765432", "(030) 98765432", "0170-7654321"],
)
def test_phones(number):
    assert_only(f"Das ist {number} und sonst nichts", "phone", number)


@pytest.mark.parametrize("text", ["Tel.{}", "nr.{}", "whatsapp:{}", "\u202a{}\u202c", "Tel: ({})"])
def test_phones_close_to_other_signs(text):
    assert_only(text.format("017623456789"), "phone", "017623456789")


def test_links_to_a_phone_are_masked_and_other_links_stay():
    assert_only("wa.me/4917623456789", "phone", "4917623456789")
    assert found("https://germany.iom.int/de/news/12345678901") == []


def test_two_phones_side_by_side_are_two():
    assert_only("0176 23456789 0157 71234567", "phone", "0176 23456789", "0157 71234567")


def test_a_number_without_prefix_is_a_phone_only_beside_a_word_for_it():
    assert_only("WhatsApp 15771234567", "phone", "15771234567")
    assert found("Es waren 15771234 Menschen") == []


@pytest.mark.parametrize(
    "text",
    [
        "Ruf 112 oder 110 an?",
        "Tel. 116117",
        "116 016",
        "0911 943-0",
        "0911 943-2444",
        "+49 30 2902245 550",
        "0049 30 2902245500",
        "0800 1110111",
        "683.950",
        "Telefon 2023/2024",
        "vom 01.02.2023 bis 03.04.2024",
        "Nummer 683.950.000",
    ],
)
def test_public_numbers_figures_and_dates_are_no_phones(text):
    assert found(text) == []


def test_ibans_by_their_check_digits():
    assert_only("an DE89 3704 0044 0532 0130 00 bitte", "iban", "DE89 3704 0044 0532 0130 00")
    assert_only("IBAN DE12 3456 7890 1234 5678 90", "iban", "DE12 3456 7890 1234 5678 90")
    assert parts("DE12 3456 7890 1234 5678 90", "iban") == []


def test_cards_by_luhn():
    assert_only("Karte 4012 8888 8888 1881", "card", "4012 8888 8888 1881")
    assert parts("Karte 4012 8888 8888 1882", "card") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mein Aktenzeichen: 7823451-423", "7823451-423"),
        ("VG 12 K 345/23 A", "VG 12 K 345/23 A"),
        ("Az. R12-5.3/2291, bitte", "R12-5.3/2291"),
        ("mein pass n010234567", "n010234567"),
        ("C4VK9L2T7", "C4VK9L2T7"),
        ("Fallnummer ist FAP-2023-004512.", "FAP-2023-004512"),
        ("AZR 210987654321", "210987654321"),
        ("P<SYRALHUSSEIN<<SAMIRA<<<<<<<<<<<<", "P<SYRALHUSSEIN<<SAMIRA<<<<<<<<<<<<"),
    ],
)
def test_numbers_of_papers_and_files(text, expected):
    assert_only(text, "number", expected)


@pytest.mark.parametrize(
    "text",
    [
        "§ 36a AufenthG",
        "Verordnung (EU) Nr. 604/2013",
        "BVerwG 1 C 31.14",
        "EuGH C-560/20",
        "ISBN 9783161484100",
        "1000000000 USD",
        "mein Pass von 1987",
        "Reisepass bis 12.2025",
        "in this case 683,950 people",
        "REAG/GARP 2.0",
        "GMDAC2022",
        "15000EUR",
    ],
)
def test_laws_published_dockets_and_amounts_are_no_papers(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("geb. 12.3.90 in Herat", "12.3.90"),
        ("Ich bin am 7. Juli 1979 geboren", "7. Juli 1979"),
        ("born on March 3rd, 2006", "March 3rd, 2006"),
        ("Geburtsdatum:\n1990-07-21", "1990-07-21"),
    ],
)
def test_dates_of_birth(text, expected):
    assert_only(text, "birthdate", expected)


@pytest.mark.parametrize(
    "text",
    [
        "Was war am 14. November 1989?",
        "Die IOM wurde am 5. Dezember 1951 geboren, oder?",
        "IOM was born on 5 December 1951",
        "geboren 1990",
        "Ich bin hier geboren. Am 12.05.2025 habe ich einen Termin.",
    ],
)
def test_other_dates_stay(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sonnenallee 154, 12059 Berlin", "Sonnenallee 154, 12059 Berlin"),
        ("wohne bergstr 7 in 90429 Nürnberg", "bergstr 7 in 90429 Nürnberg"),
        ("bei der Karl-Marx-Straße 12b", "Karl-Marx-Straße 12b"),
        ("27 Baker Street, London NW1 6XE", "27 Baker Street, London NW1 6XE"),
        ("Am Alten Markt 3, 18055 Rostock", "Am Alten Markt 3, 18055 Rostock"),
    ],
)
def test_addresses(text, expected):
    assert_only(text, "address", expected)


@pytest.mark.parametrize(
    "text",
    [
        "10000 Menschen",
        "20000 Syrer kamen",
        "auf Platz 3",
        "Ausbildungsplatz 2025",
        "Am Montag 14 Uhr",
        "Charlottenstraße 68, 10117 Berlin",
        "Friedrich-Krause-Ufer 24",
        "Artikel 16",
    ],
)
def test_counts_and_public_addresses_stay(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ich heisse reza ahmadi ich brauche hilfe", ["reza ahmadi"]),
        ("My name is Jean-Pierre N'Dour.", ["Jean-Pierre N'Dour"]),
        ("Meine Frau Oksana ist in Kiew", ["Oksana"]),
        ("my kids ali, sara and reza", ["ali", "sara", "reza"]),
        ("Meine Tochter heißt Xylia", ["Xylia"]),
        ("The name of my son is Noah Schmidt", ["Noah Schmidt"]),
        ("Herr von Stetten sagt nein", ["von Stetten"]),
        ("Frau Dr. Weber", ["Dr. Weber"]),
        ("Mit freundlichen Grüßen\nIvan Petrenko", ["Ivan Petrenko"]),
        ("Wer zahlt?\nDanke, Samira", ["Samira"]),
        ("The Al-Masri family waits", ["Al-Masri"]),
        ("Können Sie Mohammad Jafari prüfen?", ["Mohammad Jafari"]),
        ("hallo ich bin olena aus ukraine", ["olena"]),
        ("Name: Tesfaye Bekele\nFrage: wann?", ["Tesfaye Bekele"]),
        ("Our daughter Vounohen still goes to school.", ["Vounohen"]),
        ("I'm Voulash and I want to go home", ["Voulash"]),
        ("mein vater kifen lebt in aleppo", ["kifen"]),
        ("meine tochter leyla warten in erbil", ["leyla"]),
        ("Hallo, ich bin's, Ahmed.", ["Ahmed"]),
        ("ICH HEISSE MUSTAFA DEMIR UND BRAUCHE HILFE", ["MUSTAFA DEMIR"]),
    ],
)
def test_names(text, expected):
    assert_only(text, "name", *expected)


@pytest.mark.parametrize(
    "text",
    [
        "Wer ist Amy Pope?",
        "Frau Pope und Herr Steinmeier",
        "Ich bin Student",
        "Ich bin Opfer von Menschenhandel.",
        "I am Syrian",
        "Meine Frau Visum abgelehnt",
        "meine frau in kabul",
        "my brother Germany since 2016",
        "Mein Name ist im Visum falsch",
        "my name is misspelled",
        "Sie heißt seit 1989 IOM",
        "Er heißt IOM",
        "Viele Grüße aus München",
        "Best regards from Munich",
        "The Syrian family",
        "Frau und Kinder",
        "Als Frau Asyl beantragen",
        "Name: do I have to give it?",
        "This is urgent",
        "My Father Passed Away In Hospital",
        "they beat my friend leg is broken",
        "My dad already lives here with me.",
        "they live with their mother, I'm in Bavaria",
        "Reicht es als Härtefall, wenn mein Kind Leukämie hat?",
        "explain it, I'm Libyan",
        "Could I drop by the Berlin family office?",
    ],
)
def test_what_is_like_a_name_stays(text):
    assert found(text) == []
