"""A small, complete and valid project in a temporary folder, for tests to break."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import pytest

from assistant.core.languages import ORIGINALS
from assistant.knowledge.check import check
from assistant.knowledge.errors import Finding
from assistant.knowledge.examples import FEWEST_QUESTIONS
from assistant.knowledge.load import knowledge, load
from assistant.knowledge.model import KnowledgeBase

TODAY = datetime.date(2026, 1, 15)

SEED = """Geschichte

Seit 1954 arbeitet das Büro in Bonn. Es hat mehr als 683.950 Menschen geholfen.
"""

SOURCES = """sources:
  - id: iom-de-70-jahre
    title: "70 Jahre"
    publisher: "IOM"
    url: "https://example.org/70"
    language: de
    date: 2024-10
  - id: news
    title: "News"
    publisher: "Agency"
    url: "https://example.org/news"
    language: en
"""

SUBJECTS = """subjects:
  - id: office
    name: {de: "Büro", en: "office"}
    aliases:
      de: [Büro, Dienststelle]
      en: [office]
  - id: help
    name: {de: "Hilfe", en: "help"}
    aliases:
      de: [Hilfe]
      en: [help]
"""

PHRASES = """phrases:
  fallback: {de: "Das weiß ich nicht.", en: "I do not know that."}
"""

COVERAGE = """source: iom-de-70-jahre
sentences:
  - {paragraph: 2, sentence: 1, words: "Seit 1954 … Bonn", entries: [ask_history/opened]}
  - {paragraph: 2, sentence: 2, words: "mehr als 683.950 Menschen", entries: [ask_history/reached]}
"""

HISTORY = """topic: ask_history
entries:
  - id: opened
    kind: fact
    subject: office
    aspects: [when]
    question:
      de: "Wann wurde das Büro eröffnet?"
      en: "When was the office opened?"
    answer:
      de: "Das Büro arbeitet seit {year} in Bonn."
      en: "The office has worked in Bonn since {year}."
    values: {year: 1954}
    sources:
      - {id: iom-de-70-jahre, paragraph: 2, words: "Seit 1954 … Bonn"}
    as_of: 2024-10
    review_by: 2028-12
    related: [ask_history/reached]
  - id: reached
    kind: fact
    subject: [help, office]
    aspects: [how_many]
    question:
      de: "Wie vielen wurde geholfen?"
      en: "How many people were helped?"
    answer:
      de: "Es waren {people} Menschen."
      en: "It was {people} people."
    values: {people: 683950, ended: 2025}
    note:
      text:
        de: "Das Angebot endete {ended}."
        en: "The service ended in {ended}."
      sources:
        - {id: news}
      as_of: 2025-04
    contacts: [on_call]
    sources:
      - {id: iom-de-70-jahre, paragraph: 2, words: "mehr als 683.950 Menschen"}
      - {id: news}
    as_of: 2024-10
    review_by: 2028-12
    related: [ask_history/opened]
"""

REFERRAL = """topic: referral
entries:
  - id: doctor
    kind: referral
    question:
      de: "Wer hilft, wenn ich krank bin?"
      en: "Who helps when I am ill?"
    answer:
      de: "Rufen Sie {phone} an."
      en: "Call {phone}."
    values: {phone: "116 117"}
    sources:
      - {id: news}
    as_of: 2023
    review_by: 2028
"""

CONTACTS = """contacts:
  - id: on_call
    name: {de: "Bereitschaft", en: "Doctor on call"}
    for: {de: "krank am Abend", en: "ill in the evening"}
    phone: "116117"
    hours: {de: "nachts", en: "at night"}
    languages: [de, tr]
    sources: [{id: news}]
    review_by: 2028
"""

DOORS = """doors:
  - id: health
    near: [referral]
    words:
      de: "Hilfe gibt es unter {phone}."
      en: "There is help at {phone}."
    values: {phone: {from: contacts/on_call.phone}}
    contacts: [on_call]
"""

KNOWLEDGE = {
    "sources.yml": SOURCES,
    "subjects.yml": SUBJECTS,
    "phrases.yml": PHRASES,
    "coverage.yml": COVERAGE,
    "ask_history.yml": HISTORY,
    "referral.yml": REFERRAL,
    "contacts.yml": CONTACTS,
    "doors.yml": DOORS,
}
# Enough for every test to break one, however few an entry needs.
QUESTIONS = max(FEWEST_QUESTIONS, 8)
TRAINING = {"ask_history.yml": ["ask_history/opened", "ask_history/reached"], "referral.yml": ["referral/doctor"]}


def training_file(intents: list[str]) -> str:
    """A file of training questions, just enough for every intent."""
    lines = ['version: "3.1"', "nlu:"]
    for intent in intents:
        lines += [f"  - intent: {intent}", "    examples: |"]
        lines += [f"      - {intent} question {number:02}" for number in range(QUESTIONS)]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Project:
    """The folder of a small project: `knowledge/`, `data/nlu/` and the source text."""

    root: Path

    @property
    def knowledge(self) -> Path:
        return self.root / "knowledge"

    @property
    def training(self) -> Path:
        return self.root / "data" / "nlu"

    @property
    def seed(self) -> Path:
        return self.root / "seed.txt"

    def write(self, file: str, text: str) -> None:
        """Writes a file, named relative to the project's folder."""
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def edit(self, file: str, old: str, new: str) -> None:
        """Replaces a text that occurs exactly once in a file."""
        text = (self.root / file).read_text("utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        self.write(file, text.replace(old, new))

    def line_of(self, file: str, text: str) -> int:
        """The number of the only line that contains a text."""
        lines = (self.root / file).read_text("utf-8").splitlines()
        (line,) = (number for number, content in enumerate(lines, start=1) if text in content)
        return line

    def load(self) -> KnowledgeBase:
        return load(self.knowledge)

    def check(self) -> list[Finding]:
        return check(self.knowledge, self.training, TODAY)

    def finding(self) -> Finding:
        """The check's finding; there must be exactly one."""
        (finding,) = self.check()
        return finding


@pytest.fixture
def project(tmp_path, monkeypatch) -> Project:
    """A valid project, whose source text the check reads."""
    small = Project(tmp_path)
    for file, text in KNOWLEDGE.items():
        small.write(f"knowledge/{file}", text)
    for file, intents in TRAINING.items():
        for language in ORIGINALS:
            small.write(f"data/nlu/{language}/{file}", training_file(intents))
    small.write("seed.txt", SEED)
    monkeypatch.setenv("ASSISTANT_SEED", str(small.seed))
    return small


@pytest.fixture
def base(project) -> KnowledgeBase:
    """The knowledge of the small project."""
    return project.load()


@pytest.fixture(scope="session")
def real() -> KnowledgeBase:
    """The real knowledge, in `knowledge/`."""
    return knowledge()
