"""Evidence words are checked against the source text, and its coverage against knowledge/coverage.yml."""

from pathlib import Path

import pytest

from assistant.core.paths import ROOT
from assistant.knowledge import evidence

HISTORY, COVERAGE = "knowledge/ask_history.yml", "knowledge/coverage.yml"
WORDS = "mehr als 683.950 Menschen"
CITED = f'{{id: iom-de-70-jahre, paragraph: 2, words: "{WORDS}"}}'
PLACES = {"ask_history/opened": ("ask_history.yml", 3), "ask_history/reached": ("ask_history.yml", 19)}


def found(findings) -> str:
    """The only finding, as reported."""
    (finding,) = findings
    return str(finding)


def at(project, text: str = 'words: "mehr als') -> str:
    return f"ask_history.yml:{project.line_of(HISTORY, text)}: [ask_history/reached]"


def test_place_of_the_source_text_can_be_named(monkeypatch):
    monkeypatch.setenv("ASSISTANT_SEED", "/somewhere/else.txt")
    assert evidence.seed_path() == Path("/somewhere/else.txt")


def test_source_text_lies_outside_of_the_project_unless_named(monkeypatch):
    monkeypatch.delenv("ASSISTANT_SEED", raising=False)
    assert not evidence.seed_path().is_relative_to(ROOT)


def test_paragraphs_are_the_lines_that_are_not_empty(project):
    assert [text[:10] for text in evidence.paragraphs(project.seed)] == ["Geschichte", "Seit 1954 "]


@pytest.mark.parametrize(
    ("paragraph", "number"),
    [
        ("Eine Überschrift", 0),
        ("Ein Satz.", 1),
        ("Eins. Zwei! Drei? Österreich auch.", 4),
        ("Zum 70. Jubiläum kam die IOM nach Berlin.", 1),
        ("Mehr als 683.950 Menschen. Das war viel.", 2),
        ("Ein Foto. © IOM.", 2),
    ],
)
def test_sentences_of_a_paragraph_are_told_apart(paragraph, number):
    assert len(evidence.sentences(paragraph)) == number


@pytest.mark.parametrize(
    ("words", "there"),
    [
        ("1954 arbeitet", True),
        ("Seit … Büro … Bonn", True),
        ("Bonn … Seit", False),
        ("Seit … Köln", False),
        ("Büro … Büro", False),
        ("seit 1954", False),
    ],
)
def test_pieces_of_evidence_stand_in_the_text_in_their_order(words, there):
    assert evidence.holds("Seit 1954 arbeitet das Büro in Bonn.", words) is there


def test_valid_project_has_sound_evidence(project):
    assert list(evidence.length_findings(project.knowledge)) == []
    assert list(evidence.word_findings(project.knowledge, project.seed)) == []
    assert list(evidence.coverage_findings(project.knowledge, PLACES)) == []
    assert list(evidence.uncovered_findings(project.knowledge, project.seed)) == []


def test_evidence_of_nine_words_is_too_long(project):
    project.edit(HISTORY, CITED, CITED.replace(WORDS, "a b c d … e f g h i"))
    assert found(evidence.length_findings(project.knowledge)) == (
        f"{at(project, 'a b c d')} the evidence has more than 8 words; shorten it with …"
    )


def test_evidence_of_eight_words_and_a_gap_is_short_enough(project):
    project.edit(HISTORY, CITED, CITED.replace(WORDS, "a b c d … e f g h"))
    assert list(evidence.length_findings(project.knowledge)) == []


@pytest.mark.parametrize("missing", ["paragraph: 2, ", f', words: "{WORDS}"'], ids=["paragraph", "words"])
def test_source_text_is_cited_with_paragraph_and_words(project, missing):
    line = project.line_of(HISTORY, CITED)
    project.edit(HISTORY, CITED, CITED.replace(missing, ""))
    assert found(evidence.length_findings(project.knowledge)) == (
        f"ask_history.yml:{line}: [ask_history/reached] give the paragraph and words of the source text"
    )


@pytest.mark.parametrize("cited", ["paragraph: 1", "paragraph: 3"], ids=["other_paragraph", "no_such_paragraph"])
def test_evidence_at_another_place_of_the_source_text_is_reported(project, cited):
    project.edit(HISTORY, CITED, CITED.replace("paragraph: 2", cited))
    assert found(evidence.word_findings(project.knowledge, project.seed)) == (
        f'{at(project)} "{WORDS}" is not in {cited.replace(": ", " ")} of the source'
    )


def test_evidence_that_the_source_text_does_not_hold_is_reported(project):
    project.edit(HISTORY, CITED, CITED.replace(WORDS, "mehr als eine Million"))
    assert found(evidence.word_findings(project.knowledge, project.seed)) == (
        f'{at(project)} "mehr als eine Million" is not in paragraph 2 of the source'
    )


@pytest.mark.parametrize("words", ["a b c d e f g h i", "nowhere to be found"], ids=["too_long", "not_there"])
def test_evidence_of_a_note_is_checked_like_any_other(project, words):
    project.edit(HISTORY, "        - {id: news}\n", f"        - {CITED.replace(WORDS, words)}\n")
    lengths = evidence.length_findings(project.knowledge)
    assert [*lengths, *evidence.word_findings(project.knowledge, project.seed)]


def test_unknown_entry_in_the_coverage_map_is_reported(project):
    project.edit(COVERAGE, "[ask_history/reached]", "[ask_history/nothing]")
    assert found(evidence.coverage_findings(project.knowledge, PLACES)) == (
        "coverage.yml:4: [ask_history/nothing] there is no such entry; correct the id"
    )


def test_entry_that_does_not_cite_the_paragraph_it_covers_is_reported(project):
    project.edit(COVERAGE, "[ask_history/reached]", "[ask_history/reached, referral/doctor]")
    places = {**PLACES, "referral/doctor": ("referral.yml", 3)}
    assert found(evidence.coverage_findings(project.knowledge, places)) == (
        "coverage.yml:4: [referral/doctor] does not cite paragraph 2; add it to its sources"
    )


def test_sentence_that_no_entry_covers_is_reported(project):
    project.write("seed.txt", project.seed.read_text("utf-8") + "\nNeues kommt hinzu.\n")
    assert found(evidence.uncovered_findings(project.knowledge, project.seed)) == (
        "coverage.yml: paragraph 3, sentence 1 is not covered: Neues kommt hinzu."
    )


def test_coverage_of_a_sentence_with_other_words_is_reported(project):
    project.edit(COVERAGE, WORDS, "weniger Menschen")
    assert found(evidence.uncovered_findings(project.knowledge, project.seed)) == (
        'coverage.yml:4: "weniger Menschen" is not in paragraph 2, sentence 2'
    )


def test_coverage_of_a_sentence_that_is_gone_is_reported(project):
    project.write("seed.txt", project.seed.read_text("utf-8").partition(" Es hat")[0])
    assert found(evidence.uncovered_findings(project.knowledge, project.seed)).startswith("coverage.yml:4: ")


def test_covered_sentences_are_counted(project):
    assert evidence.coverage_count(project.knowledge) == 2
