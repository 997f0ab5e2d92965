"""Pictures of pages, for people to look at after a run."""

from __future__ import annotations

from playwright.sync_api import Error, Page

from assistant.core.paths import ROOT

SCREENSHOTS = ROOT / "results" / "screenshots"
# Chromium now and then refuses a picture and takes the same one when it is asked again.
REFUSAL, MOST_TRIES = "Unable to capture screenshot", 3


def keep_picture(page: Page, name: str, full_page: bool = False) -> None:
    """Writes what the page looks like into results/screenshots/<name>.png."""
    for left in reversed(range(MOST_TRIES)):
        try:
            page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=full_page)
            return
        except Error as error:
            if REFUSAL not in error.message or not left:
                raise
