"""The kernel is chosen by the processor's flags, and a user's own setting is kept."""

from __future__ import annotations

import pytest

from assistant.core import blas
from assistant.core.blas import VARIABLE, choose_kernel, kernels

AVX2 = "fpu sse4_2 avx f16c fma avx2 bmi2"
AVX512 = f"{AVX2} avx512f avx512dq avx512cd avx512bw avx512vl"
# Vendor and flags as in /proc/cpuinfo.
EMERALD_RAPIDS = ("GenuineIntel", f"{AVX512} avx512_vnni amx_int8")
CORE_13TH_GENERATION = ("GenuineIntel", f"{AVX2} avx_vnni")
KNIGHTS_LANDING = ("GenuineIntel", f"{AVX2} avx512f avx512cd avx512er avx512pf")
SANDY_BRIDGE = ("GenuineIntel", "fpu sse4_2 avx")
EPYC_GENOA = ("AuthenticAMD", f"{AVX512} avx512_vnni")


@pytest.fixture
def processor(tmp_path):
    """Writes a /proc/cpuinfo with two identical processors."""

    def written(vendor, flags):
        path = tmp_path / "cpuinfo"
        block = f"processor\t: 0\nvendor_id\t: {vendor}\nmodel name\t: any\nflags\t\t: {flags}\n\n"
        path.write_text(block + block.replace(": 0", ": 1"), "utf-8")
        return path

    return written


@pytest.mark.parametrize(
    ("vendor_and_flags", "expected"),
    [
        (EMERALD_RAPIDS, ["SkylakeX", "Haswell"]),
        (CORE_13TH_GENERATION, ["Haswell"]),
        (KNIGHTS_LANDING, ["Haswell"]),
        (SANDY_BRIDGE, []),
        (EPYC_GENOA, []),
    ],
)
def test_the_fastest_comes_first_and_amd_is_left_alone(processor, vendor_and_flags, expected):
    assert kernels(processor(*vendor_and_flags)) == expected


def test_an_arm_processor_is_left_alone(tmp_path):
    path = tmp_path / "cpuinfo"
    path.write_text("processor\t: 0\nCPU implementer\t: 0x41\nFeatures\t: fp asimd\n\n", "utf-8")
    assert kernels(path) == []


def test_a_system_that_tells_nothing_is_left_alone(tmp_path):
    assert kernels(tmp_path / "missing") == []


@pytest.mark.parametrize(
    ("found", "before", "after"),
    [
        (["SkylakeX", "Haswell"], {}, {VARIABLE: "SkylakeX"}),
        (["SkylakeX", "Haswell"], {VARIABLE: "Prescott"}, {VARIABLE: "Prescott"}),
        (["Haswell"], {VARIABLE: ""}, {VARIABLE: "Haswell"}),
        ([], {}, {}),
        ([], {VARIABLE: ""}, {}),
    ],
)
def test_only_an_environment_without_a_name_gets_one(monkeypatch, found, before, after):
    monkeypatch.setattr(blas, "kernels", lambda: found)
    choose_kernel(before)
    assert before == after
