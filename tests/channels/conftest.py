"""The real front with the real Rasa and every messenger switched on, and people who write to it."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from tests.fakes.messengers import WIRES, Person, RunningFront, named
from tests.fakes.vendors.vendor import Vendor


@pytest.fixture(scope="session")
def vendor():
    vendor = Vendor(WIRES)
    yield vendor
    vendor.stop()


@pytest.fixture(scope="session")
def front(vendor, assistant_port, tmp_path_factory):
    front = RunningFront(vendor, assistant_port, tmp_path_factory.mktemp("messengers"))
    yield front
    front.kill()


@pytest.fixture(params=WIRES, ids=named)
def wire(request):
    return request.param


@pytest.fixture
def person(wire, front, vendor):
    return Person(wire, front, vendor)


@pytest.fixture
def english(wire, front, vendor):
    return Person(wire, front, vendor, "en")


@pytest.fixture
def own_front(vendor, assistant_port, tmp_path):
    """Starts a front for this test alone, which may kill it."""
    started = []

    @contextmanager
    def run(rasa_port=assistant_port, extra=None):
        front = RunningFront(vendor, rasa_port, tmp_path / f"front-{len(started)}", extra)
        started.append(front)
        try:
            yield front
        finally:
            front.kill()

    return run
