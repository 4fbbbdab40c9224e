"""What a container is allowed counts, not what its host has."""

import os
import types

import pytest

from vae_helpers import machine

HOST = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
MEGABYTE = 2**20


@pytest.fixture
def system(tmp_path, monkeypatch):
    """Give a function that writes files below a root, and let eight processors be usable."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)

    def write(**files):
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{content}\n")
        return tmp_path

    return write


GROUP = "proc/self/cgroup"
V2 = "sys/fs/cgroup"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, HOST),
        ({GROUP: "0::/"}, HOST),
        ({GROUP: "0::/", f"{V2}/memory.max": "max"}, HOST),
        ({GROUP: "0::/", f"{V2}/memory.max": 200 * MEGABYTE}, 200 * MEGABYTE),
        # the group's own limit, and that of a group above it
        ({GROUP: "0::/a/b", f"{V2}/a/b/memory.max": 30 * MEGABYTE}, 30 * MEGABYTE),
        (
            {
                GROUP: "0::/a/b",
                f"{V2}/a/b/memory.max": "max",
                f"{V2}/a/memory.max": 40 * MEGABYTE,
                f"{V2}/memory.max": 50 * MEGABYTE,
            },
            40 * MEGABYTE,
        ),
        # a path of the host, of which the container sees the end alone, mounted at the top
        ({GROUP: "0::/../host/pod", f"{V2}/memory.max": 60 * MEGABYTE}, 60 * MEGABYTE),
        # a limit above what the host has is none
        ({GROUP: "0::/", f"{V2}/memory.max": 2**62}, HOST),
        # version 1
        (
            {
                GROUP: "5:cpu,cpuacct:/x\n4:memory:/docker/1",
                f"{V2}/memory/docker/1/memory.limit_in_bytes": 70 * MEGABYTE,
            },
            70 * MEGABYTE,
        ),
        (
            {GROUP: "4:memory:/docker/1", f"{V2}/memory/memory.limit_in_bytes": 80 * MEGABYTE},
            80 * MEGABYTE,
        ),
        ({GROUP: "4:memory:/", f"{V2}/memory/memory.limit_in_bytes": 9223372036854771712}, HOST),
        # the memory of another controller's group does not count
        ({GROUP: "4:cpu:/a", f"{V2}/cpu/a/memory.limit_in_bytes": MEGABYTE}, HOST),
        ({GROUP: "rubbish"}, HOST),
    ],
)
def test_memory(system, files, expected):
    assert machine.memory(system(**files)) == expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, 8),
        ({GROUP: "0::/", f"{V2}/cpu.max": "max 100000"}, 8),
        ({GROUP: "0::/", f"{V2}/cpu.max": "150000 100000"}, 1.5),
        ({GROUP: "0::/", f"{V2}/cpu.max": "1600000 100000"}, 8),
        ({GROUP: "0::/a", f"{V2}/a/cpu.max": "max 100000", f"{V2}/cpu.max": "50000 100000"}, 0.5),
        (
            {
                GROUP: "4:cpu,cpuacct:/d",
                f"{V2}/cpu,cpuacct/d/cpu.cfs_quota_us": 200_000,
                f"{V2}/cpu,cpuacct/d/cpu.cfs_period_us": 100_000,
            },
            2,
        ),
        (
            {
                GROUP: "4:cpuacct,cpu:/d",
                f"{V2}/cpu/d/cpu.cfs_quota_us": -1,
                f"{V2}/cpu/d/cpu.cfs_period_us": 100_000,
                f"{V2}/cpu/cpu.cfs_quota_us": 300_000,
                f"{V2}/cpu/cpu.cfs_period_us": 100_000,
            },
            3,
        ),
    ],
)
def test_processors(system, files, expected):
    assert machine.processors(system(**files)) == expected


def test_this_machine_has_some_of_both():
    assert 0 < machine.memory() <= HOST
    assert 0 < machine.processors() <= os.cpu_count()


def test_the_rate_of_matrix_products_is_positive():
    assert machine.matrix_rate(64, runs=1) > 0


@pytest.mark.parametrize(
    ("said", "words", "precision"),
    [
        ("Tesla T4, 7.5\n", "a GPU (Tesla T4)", "mixed_float16"),
        ("NVIDIA L4, 8.9\nNVIDIA L4, 8.9\n", "a GPU (NVIDIA L4)", "mixed_bfloat16"),
        ("NVIDIA A100-SXM4-40GB, 8.0\n", "a GPU (NVIDIA A100-SXM4-40GB)", "mixed_bfloat16"),
        ("Tesla P100-PCIE-16GB, 6.0\n", "a GPU (Tesla P100-PCIE-16GB)", None),
        ("", "the processor", None),
        ("NVIDIA-SMI has failed because it couldn't communicate with the driver.", None, None),
    ],
)
def test_the_accelerator_and_the_precision_that_it_has_units_for(
    monkeypatch, said, words, precision
):
    monkeypatch.delenv("TPU_NAME", raising=False)
    monkeypatch.setattr(
        machine.subprocess, "run", lambda *_, **__: types.SimpleNamespace(stdout=said)
    )
    assert machine.accelerator() == (words or "the processor")
    assert machine.mixed_precision() == precision


def test_a_tpu_has_bfloat16_and_no_driver_no_gpu(monkeypatch):
    def no_driver(*_, **__):
        raise FileNotFoundError("nvidia-smi")

    monkeypatch.setattr(machine.subprocess, "run", no_driver)
    monkeypatch.delenv("TPU_NAME", raising=False)
    assert machine.mixed_precision() is None
    monkeypatch.setenv("TPU_NAME", "local")
    assert (machine.accelerator(), machine.mixed_precision()) == ("a TPU", "mixed_bfloat16")
