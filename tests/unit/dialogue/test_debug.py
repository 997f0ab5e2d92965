"""The debug output that shows why a message was answered as it was."""

from __future__ import annotations

import pytest

from assistant.core.understanding import Candidate
from assistant.dialogue.debug import explained
from tests.unit.dialogue.conftest import asking, message, reply_to

FAP = "ask_programmes/fap_overview"
RANKING = tuple(Candidate(f"ask_data/{name}", 0.5) for name in ("dtm", "gmdac", "gdi_launch", "gdi_network"))


def block(*parts, **found):
    """The debug output for a message with these parts."""
    said = message(*parts, **found)
    return explained(said, reply_to(said))


@pytest.mark.parametrize(
    "words",
    [
        "answer ask_programmes/fap_overview (sure)",
        "'Wie viele?'",
        "ask_programmes/fap_overview 0.87",
        "in context ask_data/dtm 0.50",
        "entities fap, syria, 2020",
        "reply=fact entries=ask_programmes/fap_overview",
        "language=en (text: en, clear; wish: -)",
        "trouble=too_long choice=7 urgent=-",
    ],
)
def test_the_block_names(words):
    part = asking(
        FAP,
        text="Wie viele?",
        reason="sure",
        ranking=(Candidate(FAP, 0.871),),
        in_context=RANKING[:1],
        subjects=("fap",),
        places=("syria",),
        years=("2020",),
    )
    assert words in block(part, language="en", trouble="too_long", choice=7)


def test_the_block_as_a_whole():
    part = asking(
        FAP,
        "ask_data/dtm",
        text="Wie viele?",
        reason="sure",
        ranking=RANKING,
        kinds={"smalltalk": 0.04, "fact": 0.8, "control": 0.01, "referral": 0.15},
        in_context=RANKING[:2],
        kinds_in_context={"fact": 1.0},
    )
    gap = asking(decision="unsure", text="x" * 61, reason="faint", gap="money")
    assert block(part, gap, language="en").split("\n") == [
        "[debug] language=en (text: en, clear; wish: -) trouble=- choice=- urgent=-",
        f"[debug] part 'Wie viele?': answer {FAP}, ask_data/dtm (sure)",
        "[debug]   ranking ask_data/dtm 0.50, ask_data/gmdac 0.50, ask_data/gdi_launch 0.50;"
        " kinds fact 0.80, referral 0.15, smalltalk 0.04; gap -",
        "[debug]   in context ask_data/dtm 0.50, ask_data/gmdac 0.50; kinds fact 1.00",
        "[debug]   entities -",
        f"[debug] part '{'x' * 60}': unsure - (faint)",
        "[debug]   ranking -; kinds -; gap money",
        "[debug]   in context -; kinds -",
        "[debug]   entities -",
        f"[debug] reply=fact entries={FAP}",
    ]


def test_every_line_is_marked():
    lines = block(asking(FAP), asking(decision="unsure")).split("\n")
    assert len(lines) == 10
    assert all(line.startswith("[debug]") for line in lines)


def test_the_three_best_candidates_are_enough():
    assert "gdi_launch 0.50" in block(asking(FAP, ranking=RANKING))
    assert "gdi_network" not in block(asking(FAP, ranking=RANKING))


def test_a_message_of_which_nothing_is_known_is_explained():
    assert "entries=-" in block(trouble="empty")


def test_an_urgent_message_is_named():
    assert "urgent=crisis/danger" in block(urgent="crisis/danger")
