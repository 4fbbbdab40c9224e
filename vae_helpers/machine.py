"""What this machine, or the container that stands for it, gives to a program."""

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np


def memory(root: str | os.PathLike = "/") -> float:
    """Return the bytes of memory that this process may have: the machine's, or a cgroup's limit.

    A container sees the memory of its host everywhere but in the files of its cgroup. The limits
    of the groups above its own hold too.

    Args:
        root: below which "proc" and "sys" lie.
    """
    host = _installed_memory()
    limits = (
        _number(folder / name)
        for folder in _cgroups("memory", Path(root))
        for name in ("memory.max", "memory.limit_in_bytes")  # of version 2, of version 1
    )
    return min([host, *filter(None, limits)])


def processors(root: str | os.PathLike = "/") -> float:
    """Return how many processors this process may use: 1.5 is a cgroup's share of two.

    Args:
        root: below which "proc" and "sys" lie.
    """
    if hasattr(os, "sched_getaffinity"):  # on Linux
        allowed = len(os.sched_getaffinity(0))
    else:
        allowed = os.cpu_count() or 1
    return min([allowed, *_cpu_limits(Path(root))])


def matrix_rate(size: int = 2048, runs: int = 3) -> float:
    """Return the measured rate of float32 matrix products, in operations a second."""
    matrix = np.random.default_rng(0).random((size, size), dtype=np.float32)
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        matrix @ matrix
        seconds.append(time.perf_counter() - start)
    return 2 * size**3 / min(seconds)


def accelerator() -> str:
    """Return what this session computes on, in words, without starting TensorFlow or JAX."""
    gpu = _gpu()
    if gpu:
        return f"a GPU ({gpu[0]})"
    has_tpu = os.environ.get("TPU_NAME") or Path("/dev/accel0").exists()
    return "a TPU" if has_tpu else "the processor"


def mixed_precision() -> str | None:
    """Return the precision in 16 bits that this machine has units for, or None if it has none.

    bfloat16 reaches as far as float32, and float16 does not, so bfloat16 is better where there is
    a choice: on NVIDIA's GPUs from compute capability 8.0 (A100, L4, H100), and on TPUs. From 7.0
    (V100, T4) there is float16 alone. A processor gains little or loses.

    Returns:
        "mixed_bfloat16", "mixed_float16" or None, for ``Recipe(precision=…)``.
    """
    gpu = _gpu()
    if gpu:
        capability = gpu[1]
        return "mixed_bfloat16" if capability >= 8 else "mixed_float16" if capability >= 7 else None
    return "mixed_bfloat16" if accelerator() == "a TPU" else None


def _gpu() -> tuple[str, float] | None:
    """Return name and compute capability of the first NVIDIA GPU, which its driver knows."""
    ask = ["nvidia-smi", "--query-gpu=name,compute_cap", "--format=csv,noheader"]
    try:
        lines = subprocess.run(ask, capture_output=True, text=True, timeout=20).stdout.splitlines()
        name, _, capability = lines[0].rpartition(", ")
        return name, float(capability)
    except (OSError, subprocess.TimeoutExpired, IndexError, ValueError):
        return None


def _installed_memory():
    """Return the bytes of memory of the whole machine."""
    if hasattr(os, "sysconf"):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    import ctypes  # on Windows

    size = 64  # of a MEMORYSTATUSEX: two numbers of 32 bits, the second the load, seven of 64
    status = (ctypes.c_uint64 * (size // 8))(size)
    if not ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
        raise OSError("Windows does not say how much memory there is")
    return status[1]


def _cpu_limits(root) -> Iterator[float]:
    """Yield the shares of time, in processors, that the groups of this process allow."""
    for folder in _cgroups("cpu", root):
        with contextlib.suppress(OSError, ValueError, ZeroDivisionError):  # version 2
            quota, period = (folder / "cpu.max").read_text().split()
            yield int(quota) / int(period)  # "max" is no limit, and no number
        quota, period = (_number(folder / f"cpu.cfs_{name}_us") for name in ("quota", "period"))
        if quota and period:
            yield quota / period


def _cgroups(controller, root) -> Iterator[Path]:
    """Yield the folders of this process's control groups, each with all groups above it.

    A line of /proc/self/cgroup is "number:controllers:/path"; in version 2 the controllers are
    empty. Inside a container the path may be one of the host, which is not there: then only the
    topmost folder is, and it is the container's own.
    """
    with contextlib.suppress(OSError, ValueError):
        for line in (root / "proc" / "self" / "cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if controllers and controller not in controllers.split(","):
                continue
            mounted = root / "sys" / "fs" / "cgroup" / controllers
            if controllers and not mounted.is_dir():
                mounted = mounted.with_name(controller)  # "cpu" for "cpu,cpuacct"
            own = mounted / path.replace("..", "").strip("/")
            yield from (own, *(above for above in own.parents if above.is_relative_to(mounted)))


def _number(path):
    """Return the positive number in a file, or None: no file, "max", and -1 are no limits."""
    with contextlib.suppress(OSError, ValueError):
        return max(0, int(path.read_text())) or None
    return None
