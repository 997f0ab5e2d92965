"""Generates Rasa's responses and the element's texts: `make data`; --check only compares."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path

from babel import Locale
from babel.core import get_global

from assistant.core.languages import LANGUAGES, SERVED, Language
from assistant.core.paths import RESPONSES, ROOT
from assistant.knowledge import knowledge
from assistant.knowledge.examples import examples
from assistant.knowledge.load import widget_texts
from assistant.knowledge.model import localised
from assistant.knowledge.render import direction
from assistant.training.responses import responses

# What the element says in the same words as the assistant.
SHARED = ("original", "unreviewed", "team")
# What the website element says, one file for each language, and the list of languages.
WIDGET_TEXTS = ROOT / "widget" / "texts"
LEFT_TO_RIGHT = "ltr"
# The full locale that the code of a language stands for by itself, such as "en_Latn_US".
LIKELY = get_global("likely_subtags")


def files() -> dict[Path, str]:
    """Every generated file, with what it has to say."""
    return {RESPONSES: responses(example.intent for example in examples()), **widget_files()}


def widget_files() -> dict[Path, str]:
    """The element's texts, which fall back to English where a language lacks one, and the languages."""
    phrases = knowledge().phrases
    texts = {**widget_texts(), **{key: phrases[key] for key in SHARED}}
    own = {language: {key: localised(text, language) for key, text in texts.items()} for language in LANGUAGES}
    listed = [_listed(language) for language in LANGUAGES]
    files = {WIDGET_TEXTS / f"{language}.json": _json(own[language]) for language in LANGUAGES}
    return {**files, WIDGET_TEXTS / "languages.json": _json(listed)}


def _listed(language: Language) -> dict[str, str]:
    """What the element knows of a language; since every page loads it, only what browsers would not assume."""
    spoken, way = SERVED[language], direction(language)
    listed = {"code": language, "name": spoken.name}
    if Locale.parse(spoken.locale).territory != Locale.parse(LIKELY[language]).territory:
        listed["locale"] = spoken.locale.replace("_", "-")
    return listed if way == LEFT_TO_RIGHT else {**listed, "direction": way}


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def main() -> int:
    """Writes the generated files, or with --check returns 1 if one is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    return check(files()) if arguments.check else write(files())


def check(files: Mapping[Path, str]) -> int:
    """Returns 1 if a generated file is not up to date."""
    stale = [path for path, content in files.items() if not path.exists() or path.read_text("utf-8") != content]
    for path in stale:
        print(f"{path.relative_to(ROOT)} is stale; run `make data` and commit it.", file=sys.stderr)
    if not stale:
        print("Generated files are up to date.")
    return 1 if stale else 0


def write(files: Mapping[Path, str]) -> int:
    """Writes the generated files that have changed."""
    for path, content in files.items():
        if not path.exists() or path.read_text("utf-8") != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, "utf-8")
            print(f"Wrote {path.relative_to(ROOT)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
