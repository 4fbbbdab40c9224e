"""Start many kernels at once on this machine, and say what they share and need; Linux only.

    python tools/many_kernels.py 30 --gigabytes 12

Each runs the first code cells of chapter 00, as thirty learners do who start together, and stays.
After each the memory of all is added up: PSS, in which a page that n processes share counts one
n-th for each of them. No further kernel is started beyond the given gigabytes.
"""

import argparse
import sys
import time
from pathlib import Path

import nbformat
from jupyter_client import KernelManager

ROOT = Path(__file__).resolve().parents[1]
CHAPTER = ROOT / "notebooks" / "00_start_here.ipynb"


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kernels", type=int, nargs="?", default=30)
    parser.add_argument("--cells", type=int, default=4, help="code cells of chapter 00 to run")
    parser.add_argument("--gigabytes", type=float, default=12, help="of PSS, at which to stop")
    options = parser.parse_args(arguments)
    kernels = []
    print(f"{'kernels':>7}{'PSS, MB':>10}{'own, MB':>10}{'RSS, MB':>10}{'CPU s':>8}{'seconds':>9}")
    try:
        while len(kernels) < options.kernels:
            start = time.perf_counter()
            kernels.append(started(code_cells(CHAPTER, options.cells)))
            seconds = time.perf_counter() - start
            used = [usage(pid_of(kernel)) for kernel in kernels]
            pss, own, rss = (sum(one[key] for one in used) for key in ("Pss", "own", "Rss"))
            newest = cpu_seconds(pid_of(kernels[-1]))
            row = f"{len(kernels):7}{pss:10.0f}{own:10.0f}{rss:10.0f}{newest:8.1f}{seconds:9.1f}"
            print(row, flush=True)
            if pss > 1000 * options.gigabytes:
                break
    except KeyboardInterrupt:
        print(f"Stopped with {len(kernels)} kernels.")
    finally:
        for kernel in kernels:
            kernel.shutdown_kernel(now=True)


def code_cells(path, count):
    """Return the first code cells of a notebook."""
    cells = nbformat.read(path, as_version=4).cells
    return [cell.source for cell in cells if cell.cell_type == "code"][:count]


def started(cells):
    """Start a kernel, run the cells in it, and return its manager."""
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(CHAPTER.parent), extra_arguments=["--log-level=40"])
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=180)
    for cell in cells:
        reply = client.execute_interactive(cell, timeout=300, output_hook=lambda message: None)
        if reply["content"]["status"] != "ok":
            manager.shutdown_kernel(now=True)
            sys.exit(f"a cell failed: {reply['content']['evalue']}")
    client.stop_channels()
    return manager


def pid_of(manager):
    return manager.provisioner.process.pid


def usage(pid):
    """Return megabytes of a process: Pss, Rss, and what it alone has ("own")."""
    kilobytes = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, number = line.split()[:2]
        kilobytes[name.rstrip(":")] = int(number)
    own = kilobytes["Private_Clean"] + kilobytes["Private_Dirty"]
    return {key: kb * 1024 / 1e6 for key, kb in {**kilobytes, "own": own}.items()}


def cpu_seconds(pid):
    """Return the processor seconds that a process has used: /proc counts them in hundredths."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


if __name__ == "__main__":
    sys.exit(main())
