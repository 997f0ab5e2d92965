"""Finds handles, the names of accounts in social networks; they count as names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from assistant.privacy.text import Span
from assistant.privacy.words import words

AT = re.compile(r"(?<![\w.@/+-])@[A-Za-z][\w.]{1,29}(?<![.])(?!\w)", re.ASCII)
LINK = re.compile(
    r"(?:\b(?:t|telegram)\.me/|\b(?:instagram|facebook|fb|tiktok|x|twitter|vk|snapchat)\.com/(?:add/|people/)?)@?([\w.-]{3,40})",
    re.I | re.ASCII,
)
# Letters with a digit, an underscore or a full stop inside, as only the name of an account has.
NAME = r"@?(?=[A-Za-z0-9]*[._0-9][A-Za-z0-9_])(?=[0-9._]*[A-Za-z])[A-Za-z0-9](?:[._]?[A-Za-z0-9_]){2,28}(?!\w)"
# Ours and those of authorities and agencies, which are public.
PUBLIC = re.compile(
    r"iom|un(?:hcr|icef|migration|refugees)?\b|bamf|bundes|auswaert|germany|deutschland|caritas|drk|proasyl", re.I
)
DOMAIN = re.compile(r"(?:^www\.|\.(?:de|com|org|net|int|eu|info|gov)$)", re.I)


def handles(text: str) -> Iterator[Span]:
    """`@name`, links to an account, and what follows a word such as Instagram and is spelt like an account."""
    yield from (Span(*match.span(), "name") for match in AT.finditer(text) if not PUBLIC.search(match[0]))
    for match in LINK.finditer(text):
        if not PUBLIC.search(match[1]):
            yield Span(*match.span(1), "name")
    for match in _labelled().finditer(text):
        if not PUBLIC.search(match[1]) and not DOMAIN.search(match[1]):
            yield Span(*match.span(1), "name")


@lru_cache(maxsize=1)
def _labelled() -> re.Pattern[str]:
    services = "|".join(sorted(map(re.escape, words().accounts), key=len, reverse=True))
    return re.compile(
        rf"(?<!\w)(?:{services})(?!\w)(?:[ \t]{{0,2}}[\w'’]{{1,12}}){{0,3}}?[ \t]{{0,2}}[:=-]?[ \t]{{0,2}}({NAME})",
        re.I,
    )
