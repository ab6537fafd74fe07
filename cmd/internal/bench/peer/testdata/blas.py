"""Names the PyTorch of a comparison and its BLAS, and measures the product of large matrices.

    python3 blas.py

prints one JSON line. Threads: OMP_NUM_THREADS.
"""
import json
import os
import re
import time

import torch

N = 768  # as large as ours


def gflops(seconds=2):
    """Of the fastest product of square matrices."""
    a, b, c = torch.rand(N, N), torch.rand(N, N), torch.empty(N, N)
    best, begin = float("inf"), time.perf_counter()
    while best == float("inf") or time.perf_counter() - begin < seconds:
        start = time.perf_counter()
        torch.mm(a, b, out=c)
        best = min(best, time.perf_counter() - start)
    return 2 * N ** 3 / best / 1e9


def libraries():
    """The libraries of linear algebra that this process has loaded, where the system tells."""
    try:
        with open("/proc/self/maps") as maps:
            names = {os.path.basename(line.split()[-1]) for line in maps}
    except OSError:
        return []
    return sorted(n for n in names if re.match(r"lib(openblas|blas|cblas|blis|mkl|dnnl)", n))


def built_with():
    """The BLAS that PyTorch was built with: any, if that is "generic"."""
    found = re.search(r"BLAS_INFO=(\w+)", torch.__config__.show())
    return found.group(1) if found else "unknown"


speed = gflops()  # first, because a library may load its kernels late
print(json.dumps({"torch": torch.__version__, "threads": torch.get_num_threads(), "blas": built_with(), "libraries": libraries(),
                  "gflops": speed}))
