"""Training uses only a kernel that has been tested."""

from __future__ import annotations

import os
import sys

import pytest
from threadpoolctl import threadpool_info

from assistant.core.blas import VARIABLE
from assistant.training import blas_check
from assistant.training.blas_check import TOLERANCE, Trial, checked


@pytest.fixture
def tried(monkeypatch):
    """Fakes kernels on a processor that fits SkylakeX and Haswell: the error of each, or None for a crash."""
    names = []

    def told(errors):
        def trial(environment):
            name = environment.get(VARIABLE)
            names.append(name)
            error = errors.get(name, 0.0)
            return None if error is None else Trial(name or "Zen", error, 98.4)

        monkeypatch.setattr(blas_check, "_trial_in_subprocess", trial)
        monkeypatch.setattr(blas_check, "kernels", lambda: ["SkylakeX", "Haswell"])
        return names

    return told


@pytest.mark.parametrize(
    ("before", "errors", "after", "said"),
    [
        ({}, {}, "SkylakeX", "OpenBLAS kernel SkylakeX (chosen for this processor): 98 GFLOP/s per core"),
        ({VARIABLE: "SkylakeX"}, {"SkylakeX": 1.0}, "Haswell", "OpenBLAS kernel SkylakeX gives wrong results here."),
        ({VARIABLE: "SkylakeX"}, {"SkylakeX": None}, "Haswell", "OpenBLAS kernel SkylakeX crashes here."),
        ({}, {"SkylakeX": 1.0, "Haswell": None}, None, "OpenBLAS kernel Zen (its own choice): 98 GFLOP/s per core"),
        ({VARIABLE: "Prescott"}, {}, "Prescott", "OpenBLAS kernel Prescott (named by the environment): 98"),
        ({VARIABLE: "Prescott"}, {"Prescott": 1.0}, "Prescott", "OpenBLAS kernel Prescott gives wrong results here."),
    ],
)
def test_the_first_that_computes_rightly_is_taken(tried, capsys, before, errors, after, said):
    tried(errors)
    assert checked({**before, "HOME": "/"}) == {"HOME": "/", **({VARIABLE: after} if after else {})}
    assert said in capsys.readouterr().out


def test_where_none_computes_rightly_openblas_chooses(tried):
    names = tried({"SkylakeX": None, "Haswell": None, None: 1.0})
    assert VARIABLE not in checked({})
    assert names == ["SkylakeX", "Haswell", None]


@pytest.mark.slow
def test_a_real_trial_names_the_kernel_and_computes_rightly():
    trial = blas_check._trial_in_subprocess(os.environ)
    assert trial is not None
    assert trial.error < TOLERANCE
    assert trial.gflops_per_core > 0
    assert trial.kernel == os.environ.get(VARIABLE, trial.kernel)


def test_the_tests_themselves_compute_with_the_chosen_kernel():
    import numpy  # noqa: F401

    [used] = {library["architecture"] for library in threadpool_info() if library["internal_api"] == "openblas"}
    assert used == os.environ.get(VARIABLE, used)


@pytest.mark.slow
def test_a_process_that_dies_is_no_trial(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert blas_check._trial_in_subprocess(os.environ) is None
