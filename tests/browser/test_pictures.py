"""Pictures for people are kept although the browser refuses one now and then."""

from __future__ import annotations

import pytest
from playwright.sync_api import Error

from tests.browser.pictures import MOST_TRIES, REFUSAL, keep_picture


class Refusing:
    """A page whose picture is refused so many times, with a message."""

    def __init__(self, times: int, message: str = REFUSAL) -> None:
        self.times, self.message, self.taken = times, message, []

    def screenshot(self, path, full_page):
        self.times -= 1
        if self.times >= 0:
            raise Error(self.message)
        self.taken.append(path.name)


def test_a_refused_picture_is_asked_for_again():
    page = Refusing(MOST_TRIES - 1)
    keep_picture(page, "some")
    assert page.taken == ["some.png"]


@pytest.mark.parametrize("page", [Refusing(MOST_TRIES), Refusing(1, "Target closed")])
def test_what_is_refused_always_or_for_another_reason_is_an_error(page):
    with pytest.raises(Error):
        keep_picture(page, "some")
    assert page.taken == []
