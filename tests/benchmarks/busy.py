"""Other work on every core, while a benchmark runs: it ends with the benchmark, however that ends."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

MATRICES = "import numpy as np\na = np.ones((600, 600))\nwork = lambda: a @ a"  # takes caches and memory
STEPS = "work = lambda: sum(i * i for i in range(20000))"  # takes turns
WHILE_PARENT_LIVES = "\nimport os\nparent = os.getppid()\nwhile os.getppid() == parent: work()"
LONGEST_SECONDS = 3600


@contextmanager
def every_core_busy() -> Iterator[int]:
    """A process a core, which wants all of it. Gives their number."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    limit = f"import resource\nresource.setrlimit(resource.RLIMIT_CPU, ({LONGEST_SECONDS}, {LONGEST_SECONDS}))\n"
    kinds = itertools.islice(itertools.cycle([MATRICES, STEPS]), max(2, os.cpu_count() or 1))
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for kind in kinds:
            command = [sys.executable, "-c", limit + kind + WHILE_PARENT_LIVES]
            processes.append(subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL))
        yield len(processes)
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.wait()
