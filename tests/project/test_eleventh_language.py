"""Another language is data and one list: a toy one is added to a copy of the project, and no code is touched."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from assistant.core.paths import KNOWLEDGE, ROOT
from assistant.knowledge.parity import Original, originals
from assistant.knowledge.translations import LISTS, fingerprint

CODE, LISTED = "nl", "  - {code: nl, name: Nederlands, locale: nl_NL}\n"
WORDS = {
    "wishes": ["in het Nederlands graag", "spreekt u Nederlands?", "Nederlands alstublieft"],
    "question_words": ["wie", "wat", "waar", "wanneer"],
    "joiners": ["en"],
    "ordinals": [["eerste"], ["tweede"], ["derde"], ["vierde"], ["vijfde"], ["zesde"]],
    "choice_words": ["graag"],
    "conditions": {"not": [""], "only": [""], "until": [""]},
}
# What the copy is asked, in a process of its own; prints one object.
ASKED = """
import json
from assistant.commands.data import widget_files
from assistant.core.choices import number_chosen
from assistant.core.language_detector import evidence_of
from assistant.core.languages import LANGUAGES, served
from assistant.core.understanding import MessagePart, Understanding
from assistant.dialogue import Conversation, respond
from assistant.knowledge import knowledge
from assistant.knowledge.check import check
from assistant.nlu.components.classifier import exact_questions

evidence = evidence_of("Waar kan ik een woning voor mijn gezin vinden?")
urgent = respond(Understanding(evidence, (), urgent="crisis/danger"), Conversation(), knowledge())
part = MessagePart(text="?", decision="answer", chosen=("ask_history/present_name",))
untranslated = respond(Understanding(evidence, (part,)), Conversation(), knowledge())
print(json.dumps({
    "listed": "nl" in LANGUAGES and served("nl-BE"),
    "heard": [evidence.language, evidence.clear],
    "urgent": urgent.envelope(),
    "untranslated": untranslated.envelope(),
    "errors": [str(finding) for finding in check() if not finding.warning and "coverage" not in str(finding)],
    "element": any(path.name == "nl.json" for path in widget_files()),
    "wish": exact_questions(knowledge())["nederlands"],
    "chosen": number_chosen("tweede graag"),
}))
"""


def translated(original: Original) -> dict[str, object]:
    """A toy translation: the English text, marked."""
    texts = {field: f"{text['en']}" for field, text in original.texts().items()}
    aliases = {"aliases": []} if original.kind == "subjects" else {}
    values = {name: value["en"] for name, value in original.raw.get("values", {}).items() if is_spoken(value)}
    own = {**texts, **aliases, **({"values": values} if values else {})}
    return {"of": fingerprint(original.raw, own), **own}


def is_spoken(value: object) -> bool:
    return isinstance(value, dict) and "en" in value


@pytest.fixture(scope="module")
def answers(tmp_path_factory) -> dict[str, object]:
    """What the copy with the toy language says; only emergencies and what is needed are translated."""
    copy = tmp_path_factory.mktemp("eleventh")
    for folder in ("assistant", "knowledge", "data"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__", "vectors"))
    with (copy / "knowledge" / "languages.yml").open("a", encoding="utf-8") as file:
        file.write(LISTED)
    files: dict[str, dict[str, object]] = {}
    for original in originals(KNOWLEDGE):
        if original.kind != "entries":
            key = LISTS[original.file]
            files.setdefault(original.file, {}).setdefault(key, {})[original.id] = translated(original)
        elif original.id.startswith("crisis/"):
            content = files.setdefault(original.file, {"topic": "crisis", "entries": {}})
            content["entries"][original.id.partition("/")[2]] = translated(original)
    (copy / "knowledge" / CODE).mkdir()
    for name, content in {**files, "words.yml": {"words": WORDS}}.items():
        (copy / "knowledge" / CODE / name).write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    ran = subprocess.run([sys.executable, "-c", ASKED], cwd=copy, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout.splitlines()[-1])


def test_the_language_is_served_and_heard(answers):
    assert answers["listed"] == CODE
    assert answers["heard"] == [CODE, True]
    assert answers["wish"] == f"control/language/{CODE}"
    assert answers["chosen"] == 2


def test_what_is_translated_is_said_in_it(answers):
    envelope = answers["urgent"]
    assert (envelope["kind"], envelope["language"], envelope["parts"][0]["language"]) == ("crisis", CODE, CODE)
    assert envelope["parts"][0]["approved_on"] is None


def test_what_is_not_is_said_in_english_and_the_chat_says_so(answers):
    part = answers["untranslated"]["parts"][0]
    assert (part["language"], answers["untranslated"]["language"]) == ("en", CODE)
    assert part["heading"]


def test_the_knowledge_is_in_order_and_the_element_has_the_language(answers):
    # The toy translations are English, and the check rightly says so of each that is long enough to be told.
    foreign = [error for error in answers["errors"] if "is in another language (en)" in error]
    assert foreign
    assert answers["errors"] == foreign
    assert answers["element"]
