"""Names in ten languages: how they are introduced, listed and signed, and what only looks like one."""

from __future__ import annotations

import pytest

from assistant.privacy import found, masked


def masks(text):
    return [text[span.start : span.end] for span in found(text) if span.kind == "name"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Мене звати Орест Бойко, я з Луцька.", ["Орест Бойко"]),
        ("Я Зелимхан Дадаев, хочу вернуться.", ["Зелимхан Дадаев"]),
        ("أنا يوسف الحمدان وأريد العودة", ["يوسف الحمدان"]),
        ("ابنتي ليلى عمرها 4 سنوات", ["ليلى"]),
        ("اسم من جمشید نوروزی است", ["جمشید نوروزی"]),
        ("Benim adım Hevin Çelik, Van'dan geliyorum.", ["Hevin Çelik"]),
        ("Weber Bey hayır dedi.", ["Weber"]),
        ("Je m'appelle Awa Cissé et j'ai une question.", ["Awa Cissé"]),
        ("Me llamo Ximena Rojas y soy de Cúcuta.", ["Ximena Rojas"]),
        ("제 이름은 김민수입니다.", ["김민수"]),
        ("제 남편 박지훈은 서울에 있어요.", ["박지훈"]),
    ],
)
def test_names_are_introduced_in_every_language(text, names):
    assert masks(text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Kinder: Ahmad (12), Xufi (9), Maryam (5)", ["Ahmad", "Xufi", "Maryam"]),
        ("Zwillinge Delal und Dilovan", ["Delal", "Dilovan"]),
        ("my kids are Parwana and Omid", ["Parwana", "Omid"]),
        ("my kids xemal, rufoka and bilzo are ill", ["xemal", "rufoka", "bilzo"]),
        ("Samira und ich", ["Samira"]),
        ("Діти: Остап (4) та Марічка (7)", ["Остап", "Марічка"]),
        ("أولادي: عمر (12)، تيم (9) ونور (5)", ["عمر", "تيم", "نور"]),
        ("Mes filles s'appellent Awa et Djeneba.", ["Awa", "Djeneba"]),
    ],
)
def test_lists_go_on_after_an_age_a_comma_or_and(text, names):
    assert masks(text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("RA Hubert Steinbrecher vertritt mich", ["Hubert Steinbrecher"]),
        ("Solicitor Hofstätter says no", ["Hofstätter"]),
        ("Moin, Xemalo hier, ich habe eine Frage", ["Xemalo"]),
        ("ich, Nguyễn Thị Hương, möchte fragen", ["Nguyễn Thị Hương"]),
        ("Sunita Thapa, geb. 1.2.1990", ["Sunita Thapa"]),
        ("Fatmata Koroma's son is ill", ["Fatmata Koroma"]),
        ("Ich bin Xemalo.", ["Xemalo"]),
        ("I went to the office with Gibrak Bariz, but it was closed", ["Gibrak Bariz"]),
        ("Chidi's mother is here", ["Chidi"]),
        ("Mein Sohn, geb. 12.03.2015, Hamza", ["Hamza"]),
        ("Please call Xemalik, he has the papers", ["Xemalik"]),
        ("Why is it that Xemalik wants to leave?", ["Xemalik"]),
    ],
)
def test_names_are_found_where_they_stand(text, names):
    assert masks(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "Мене звуть на співбесіду, що робити?",
        "Меня зовут на интервью в BAMF",
        "أنا سوري ومعي إقامة",
        "اسمي مكتوب خطأ في الجواز",
        "من افغان هستم",
        "Adım pasaportta yanlış yazılmış.",
        "Ben Kürdüm ve Almanya'da yaşıyorum.",
        "Je suis Ivoirien et je n'ai pas de papiers.",
        "저는 한국 사람입니다.",
        "Ich bin Witwe und Rentnerin.",
        "I am Syrian. My wife is Togolese.",
        "We came from Erbil and Addis Abeba.",
        "Die Konrad-Adenauer-Stiftung und das Robert Bosch Krankenhaus",
        "What did Nelson Mandela say?",
        "Kinder: zwei, beide in der Schule",
        "Gilt das auch für Burkina Faso?",
        "They aren't there, and I can't call.",
        "The Champions League is on and he's been waiting with Caritas.",
    ],
)
def test_what_only_looks_like_a_name_stays(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("hallo hier ist dragana petrovic", "hallo hier ist [name]"),
        ("Kinder: Ahmad (12), Yusuf (9), Maryam (5)", "Kinder: [name] (12), [name] (9), [name] (5)"),
        ("Formular Name Sekou Camara in Zeile 2", "Formular Name [name] in Zeile 2"),
        ("Zainab, 34, widow", "[name], 34, widow"),
        ("Ich bin Kwame.", "Ich bin [name]."),
        ("أنا فاطمة حسن", "أنا [name]"),
        ("Я Ігор Шевченко", "Я [name]"),
    ],
)
def test_what_an_auditor_found_missing_is_masked(text, left):
    assert masked(text, "en") == left
