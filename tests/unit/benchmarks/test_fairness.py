"""The stranger's figures during a flood, measured on a front with a scripted Rasa."""

from __future__ import annotations

import pytest

from assistant.front.app import application
from assistant.front.core.settings import Settings
from benchmarks.fairness import HEADINGS, Flood, Stranger, measured
from tests.fakes.front import FakeRasa, enveloped, served


@pytest.mark.parametrize(("kind", "apologies"), [("smalltalk", 0), ("error", 1)])
async def test_answers_and_apologies_are_counted_apart(kind, apologies, tmp_path):
    rasa = FakeRasa()
    rasa.reply = lambda _: [{"text": "…"}, enveloped(kind)]
    database = f"sqlite:///{tmp_path / 'front.db'}"
    with served(application(Settings(database=database, secret=b"x" * 32, widget=tmp_path), rasa)) as url:
        row = await measured(url, Flood("five", "Hallo", 5, ("127.0.0.2",)), seconds=1.0)
    told = dict(zip(HEADINGS, row))
    assert (told["stranger asked"], told["apologies"]) == (2, 2 * apologies)
    assert (told["flood accepted"], told["flood's apologies"]) == (5, 5 * apologies)
    assert 0 < float(told["p50 s"]) <= float(told["longest s"])


def test_a_share_of_the_answers_came_within_its_quantile():
    stranger = Stranger([3.0, 1.0, 2.0, 4.0])
    assert [stranger.quantile(share) for share in (0.0, 0.5, 1.0)] == [1.0, 3.0, 4.0]
    assert Stranger().quantile(0.5) == 0.0
