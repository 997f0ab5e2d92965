"""Finds names in Korean, where the endings of a sentence are part of its words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.privacy.text import Span

# Surnames of one syllable, which begin almost every Korean name.
SURNAME = (
    "[김이박최정강조윤장임한오서신권황안송류유홍전고문손양배백허남심노하곽성차주우구민진지엄채원천방공현함변염여추도소석선설마길연위"
    "표명기반왕금옥육인맹제모탁국]"
)
ENDING = (
    r"(?:입니다|이에요|예요|이라고|라고|이고|이며|이야|야|이요|요|씨|님|이|은|는|을|를|의|와|과|랑|이랑)?(?![가-힣])"
)
INTRODUCTION = r"(?:이름은|이름이|이름:|성함은|성명:?|성명은|본명은|본인은)\s{0,2}"
INTRODUCED = re.compile(rf"{INTRODUCTION}([가-힣]{{2,4}}?|[A-Z][\w-]+(?: [A-Z][\w-]+){{0,3}}){ENDING}")
SELF = re.compile(rf"(?:저는|나는|전)\s({SURNAME}[가-힣]{{2}})(?:입니다|이에요|예요|이라고|라고)")
RELATED = re.compile(
    rf"(?:아들|딸|아내|남편|어머니|아버지|엄마|아빠|형|누나|오빠|언니|동생|친구|변호사)\s({SURNAME}[가-힣]{{2}})(?:은|는|이|가|을|를|의|와|과|씨)?(?![가-힣])"
)
ADDRESSED = re.compile(rf"(?<![가-힣])({SURNAME}[가-힣]{{1,2}})\s?(?:씨|님)(?:[은는이가께의]|에게|께서)?(?![가-힣])")
NO_NAMES = {
    "무엇",
    "뭐",
    "한국",
    "선생",
    "고객",
    "이용자",
    "담당자",
    "무엇인가",
    "어떻게",
    "하나",
    "여러분",
    "부모",
    "주인",
    "기사",
    "손",
    "신청자",
}


def korean_names(text: str) -> Iterator[Span]:
    """Names after words that introduce them, after relations, and before "씨" and "님"."""
    for pattern in (INTRODUCED, SELF, RELATED, ADDRESSED):
        for match in pattern.finditer(text):
            if match[1] not in NO_NAMES:
                yield Span(*match.span(1), "name")
