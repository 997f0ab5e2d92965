"""What the website element costs a visitor: its size, requests, and seconds until an answer is drawn.

Needs a running assistant (`make run`) and Chromium: `python -m benchmarks.widget --url http://127.0.0.1:8080`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import shutil
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from assistant.knowledge.examples import examples
from assistant.paths import ROOT

BUNDLE = ROOT / "widget" / "dist" / "iom-assistant.js"
QUESTIONS = 30
# The front takes 20 messages a minute of one session.
OF_ONE_VISITOR = 15
Figures = dict[str, float]
ASK = """async (question) => {
  const root = document.querySelector("iom-assistant").shadowRoot;
  const field = root.querySelector("#field"), log = root.querySelector("[role=log]");
  const drawn = new Promise((done) => {
    const seen = new MutationObserver((records) => {
      const added = records.flatMap((record) => [...record.addedNodes]);
      if (!added.some((node) => node.matches(".answer"))) return;
      seen.disconnect();
      requestAnimationFrame(() => setTimeout(() => done(performance.now())));
    });
    seen.observe(log, { childList: true });
  });
  field.value = question;
  const pressed = performance.now();
  field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
  return await drawn - pressed;
}"""


def main() -> None:
    """Measures, prints a table, keeps the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8080")
    parser.add_argument("--json", type=Path, default=ROOT / "results" / "widget.json")
    arguments = parser.parse_args()
    questions = random.Random(1).sample(sorted({e.text for e in examples()}), QUESTIONS)  # noqa: S311
    with browser() as chromium:
        figures = {"script, gzip, bytes": float(gzipped()), **first_answer(chromium, arguments.url, questions[0])}
        figures |= seconds(chromium, arguments.url, questions)
    arguments.json.parent.mkdir(exist_ok=True)
    arguments.json.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    print("\n".join(f"{name:42} {figure:>10,.0f}" for name, figure in figures.items()))


def gzipped() -> int:
    """Bytes of the whole element as it goes over the network."""
    return len(gzip.compress(BUNDLE.read_bytes(), 9))


def first_answer(chromium: Browser, url: str, question: str) -> Figures:
    """Requests and bytes (with headers) from opening the panel until the first answer is drawn."""
    with visit(chromium, url) as page:
        cdp = page.context.new_cdp_session(page)
        sizes: list[float] = []
        requests: list[str] = []
        cdp.on("Network.requestWillBeSent", lambda event: requests.append(event["request"]["url"]))
        cdp.on("Network.responseReceived", lambda event: sizes.append(event["response"]["encodedDataLength"]))
        cdp.on("Network.dataReceived", lambda event: sizes.append(event["encodedDataLength"] or event["dataLength"]))
        cdp.send("Network.enable")
        page.evaluate("document.querySelector('iom-assistant').open = true")
        page.wait_for_timeout(1000)
        page.evaluate(ASK, question)
        page.wait_for_timeout(500)
    return {"requests until the first answer": len(requests), "bytes until the first answer": sum(sizes)}


def seconds(chromium: Browser, url: str, questions: list[str]) -> Figures:
    """Milliseconds from pressing Enter until the answer is drawn."""
    taken: list[float] = []
    for start in range(0, len(questions), OF_ONE_VISITOR):
        with visit(chromium, url) as page:
            page.evaluate("document.querySelector('iom-assistant').open = true")
            page.wait_for_timeout(1000)
            taken += [page.evaluate(ASK, question) for question in questions[start : start + OF_ONE_VISITOR]]
    cuts: list[float] = statistics.quantiles(taken, n=20)
    return {"key to answer drawn, p50, ms": statistics.median(taken), "key to answer drawn, p95, ms": cuts[-1]}


@contextmanager
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    path = shutil.which("chromium")
    if not path:
        sys.exit("There is no chromium here; Debian's package of that name has it.")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])


@contextmanager
def visit(chromium: Browser, url: str) -> Iterator[Page]:
    """A new visitor on the demo page."""
    context: Any = chromium.new_context(locale="de-DE")
    page: Page = context.new_page()
    page.goto(url)
    page.wait_for_function("() => !!customElements.get('iom-assistant')")
    yield page
    context.close()


if __name__ == "__main__":
    main()
