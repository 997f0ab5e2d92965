"""The result as a page: plots of every system, and every miss of the assistant."""

from __future__ import annotations

import html
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import matplotlib as mpl
import numpy as np

from assistant.knowledge import knowledge, render
from evaluation.cases import Case
from evaluation.figures import Judged, JudgedNeed, Measured, Share, counts, grouped, share, shown
from evaluation.judge import holds
from evaluation.needs import OUTCOMES, harm

mpl.use("svg")
from matplotlib import pyplot as plt

COLOURS = {"assistant": "#0033a0", "search": "#8a8d8f", "default": "#c8732c"}
MOST_CONFUSED = 25
Results = Mapping[str, Sequence[Judged]]


def write(measured: Measured, path: Path) -> None:
    """Writes the page."""
    results = measured.systems
    ours = results["assistant"]
    sections = [
        ("Right, by kind of message", _figure(_by_kind, results)),
        ("Right, by file", _table(results)),
        ("Wrong answers against right ones, as the threshold moves", _figure(_gate, results)),
        ("Confidence against correctness", _figure(_reliability, results)),
        ("What the assistant confuses with what", _confusions(ours)),
        ("Right, by fact asked for", _by_fact(ours)),
        ("Every miss of the assistant", _misses(ours)),
        ("What visitors need, by file", _needs(measured.needs)),
        ("Every need that was not met, harm first", _unmet(measured.needs)),
        ("Questions of OMoS-QA that got a fact, to be read by a person", _facts_shown(measured.open_questions)),
    ]
    body = "\n".join(f"<section><h2>{html.escape(title)}</h2>{content}</section>" for title, content in sections)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PAGE.format(body=body), "utf-8")


PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Evaluation of the IOM Germany assistant</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #1d2733 }}
h1, h2 {{ color: #0033a0; line-height: 1.2 }} svg {{ max-width: 100%; height: auto }}
table {{ border-collapse: collapse; width: 100%; font-size: .9rem }}
th, td {{ text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #d5dbe3 }}
td.n {{ text-align: right; font-variant-numeric: tabular-nums }}
</style>
<h1>Evaluation of the IOM Germany assistant</h1>
<p>Questions that were not used for training, put to the assistant and to what a visitor would have instead: a site
search over the same knowledge (BM25), and Rasa's default pipeline trained on the same questions. Bars and brackets
show 95 % bootstrap intervals. The files called “tuning” were looked at while the assistant was built; of the others,
only the entries and probabilities of missed messages with several questions were, once (decision 9). What visitors need
is put to the assistant alone; what it missed there was read while it was built.</p>
{body}
</html>
"""


def _figure(draw: object, results: Results) -> str:
    figure = plt.figure(figsize=(10, 5))
    draw(figure.gca(), results)  # type: ignore[operator]
    figure.tight_layout()
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg")
    plt.close(figure)
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def _by_kind(axes: plt.Axes, results: Results) -> None:
    kinds = sorted(grouped(results["assistant"], lambda j: j.group))
    width = 0.8 / len(results)
    for offset, (name, judged) in enumerate(results.items()):
        groups = grouped(judged, lambda j: j.group)
        shares = [share([j.good for j in groups.get(kind, [])]) for kind in kinds]
        values = [s.value for s in shares]
        errors = [[s.value - s.low for s in shares], [s.high - s.value for s in shares]]
        places = np.arange(len(kinds)) + offset * width
        axes.bar(places, values, width, yerr=errors, color=COLOURS[name], label=name, error_kw={"lw": 0.8})
    axes.set_xticks(np.arange(len(kinds)) + 0.4 - width / 2, kinds, rotation=40, ha="right")
    axes.set_ylim(0, 1.02)
    axes.set_ylabel("share right")
    axes.legend(loc="lower left")


def _asked(judged: Sequence[Judged]) -> list[tuple[float, bool, bool]]:
    """For each single question: the confidence, whether a fact answers it, and whether the system's fact does."""
    singles = [j for j in judged if not j.case.is_dialogue and j.group not in ("multi", "not")]
    return [(j.response.confidence, j.turn.facts is not None, _right(j)) for j in singles if not _is_chat(j.case)]


def _is_chat(case: Case) -> bool:
    return "chitchat" in case.file or "crisis" in case.file


def _right(one: Judged) -> bool:
    entry = knowledge().find(one.response.candidate)
    if entry is None or entry.kind != "fact" or one.turn.facts is None:
        return False
    return holds(render(knowledge(), entry, one.turn.language).text, one.turn.facts[0], one.turn.text)


def _gate(axes: plt.Axes, results: Results) -> None:
    for name, judged in results.items():
        asked = _asked(judged)
        answerable = sum(has for _, has, _ in asked)
        points = []
        for threshold in sorted({confidence for confidence, _, _ in asked}):
            answered = [right for confidence, _, right in asked if confidence >= threshold]
            points.append((sum(answered) / answerable, (len(answered) - sum(answered)) / len(asked)))
        axes.plot(*zip(*points), color=COLOURS[name], label=name)
    axes.set_xlabel("answerable questions answered right")
    axes.set_ylabel("messages answered with a wrong fact")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, None)
    axes.legend(loc="upper left")


def _reliability(axes: plt.Axes, results: Results) -> None:
    asked = _asked(results["assistant"])
    edges = np.linspace(0, 1, 11)
    for low, high in pairwise(edges):
        found = [has for confidence, has, _ in asked if low <= confidence < high or confidence == high == 1]
        if found:
            s = share(found)
            axes.errorbar((low + high) / 2, s.value, [[s.value - s.low], [s.high - s.value]], fmt="o", color="#0033a0")
            axes.annotate(str(s.n), ((low + high) / 2, s.value), (6, -4), textcoords="offset points", fontsize=8)
    axes.plot([0, 1], [0, 1], color="#8a8d8f", lw=0.8)
    axes.set_xlabel("the assistant's probability that a fact answers the message")
    axes.set_ylabel("share of messages that a fact does answer")


def _table(results: Results) -> str:
    files = list(grouped(results["assistant"], lambda j: j.case.file))
    head = "<tr><th>file</th><th>n</th>" + "".join(f"<th>{name}</th>" for name in results) + "</tr>"
    rows = []
    for file in files:
        shares = [share([j.good for j in judged if j.case.file == file]) for judged in results.values()]
        cells = "".join(f'<td class="n">{_percent(s)}</td>' for s in shares)
        rows.append(f'<tr><td>{file}</td><td class="n">{shares[0].n}</td>{cells}</tr>')
    return f"<table>{head}{''.join(rows)}</table>"


def _percent(s: Share) -> str:
    return f"{100 * s.value:.1f} % [{100 * s.low:.1f}–{100 * s.high:.1f}]"


def _confusions(judged: Sequence[Judged]) -> str:
    pairs = Counter(
        ((j.turn.facts or ("no fact",))[0], ", ".join(j.response.entries) or j.response.kind)
        for j in judged
        if not j.good
    )
    rows = "".join(
        f'<tr><td>{html.escape(asked)}</td><td>{html.escape(response)}</td><td class="n">{n}</td></tr>'
        for (asked, response), n in pairs.most_common(MOST_CONFUSED)
    )
    return f"<table><tr><th>asked for</th><th>response</th><th>times</th></tr>{rows}</table>"


def _by_fact(judged: Sequence[Judged]) -> str:
    groups = grouped([j for j in judged if j.turn.facts], lambda j: (j.turn.facts or ("",))[0])
    rows = "".join(
        f'<tr><td>{fact}</td><td class="n">{len(found)}</td>'
        f'<td class="n">{_percent(share([j.good for j in found]))}</td></tr>'
        for fact, found in sorted(groups.items())
    )
    return f"<table><tr><th>fact</th><th>n</th><th>right</th></tr>{rows}</table>"


def _misses(judged: Sequence[Judged]) -> str:
    rows = "".join(
        f"<tr><td>{j.case.id}</td><td>{j.outcome}</td><td lang={j.turn.language}>{html.escape(j.turn.text)}</td>"
        f"<td>{j.response.kind} {html.escape(', '.join(j.response.entries))}</td>"
        f"<td>{', '.join(j.turn.facts or ())}</td></tr>"
        for j in judged
        if not j.good
    )
    return (
        f"<table><tr><th>case</th><th>outcome</th><th>message</th><th>response</th><th>wanted</th></tr>{rows}</table>"
    )


def _needs(judged: Sequence[JudgedNeed]) -> str:
    """How many messages of each file had each outcome; of dialogues, first and later turns."""
    rows = []
    for file, found in grouped(judged, lambda j: j.case.file).items():
        rows.append(_count_row(file, found))
        turns = grouped([j for j in found if j.case.is_dialogue], lambda j: j.group)
        rows += [_count_row(f"{file}, {turn}", turns[turn]) for turn in sorted(turns)]
    head = "".join(f"<th>{name}</th>" for name in ("file", "n", *OUTCOMES, "other language"))
    return f"<table><tr>{head}</tr>{''.join(rows)}</table>"


def _count_row(name: str, judged: Sequence[JudgedNeed]) -> str:
    cells = "".join(f'<td class="n">{value}</td>' for value in counts(judged).values())
    return f"<tr><td>{name}</td>{cells}</tr>"


def _unmet(judged: Sequence[JudgedNeed]) -> str:
    unmet = sorted((j for j in judged if j.outcome != "helped"), key=lambda j: j.outcome != "harmful")
    rows = "".join(
        f"<tr><td>{j.case.id}</td><td>{j.outcome}</td><td lang={j.need.language}>{html.escape(j.need.text)}</td>"
        f"<td>{j.response.kind} {html.escape(', '.join(j.response.entries))}</td>"
        f"<td>{html.escape(harm(j.need, j.response) or '')}</td></tr>"
        for j in unmet
    )
    return f"<table><tr><th>case</th><th>outcome</th><th>message</th><th>response</th><th>harm</th></tr>{rows}</table>"


def _facts_shown(judged: Sequence[Judged]) -> str:
    rows = "".join(
        f"<tr><td>{j.case.id}</td><td lang={j.turn.language}>{html.escape(j.turn.text)}</td>"
        f"<td>{html.escape(', '.join(j.response.entries))}</td><td>{html.escape(j.response.text)}</td></tr>"
        for j in judged
        if j.response.kind == "fact"
    )
    told = ", ".join(f"{name}: {value}" for name, value in shown(judged).items())
    return f"<p>{told}</p><table><tr><th>case</th><th>message</th><th>entries</th><th>response</th></tr>{rows}</table>"
