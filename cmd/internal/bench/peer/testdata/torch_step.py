"""Times training steps of PyTorch on the CPU, in the shapes of "zoo bench step".

    python3 torch_step.py MODEL BATCH_SIZE STEPS [algorithm1]

needs OpenBLAS (Debian: python3-torch libopenblas0-pthread; with the plain BLAS that Debian
installs by default PyTorch is twenty times slower) and prints one JSON line: the fastest and the median step in milliseconds. Threads: OMP_NUM_THREADS.
A model is a module of backbones.py and the like, of that name; embeddings are sparse with SparseAdam, or every row of them has
Algorithm 1 of the AdamAR paper at every step, as it is printed; the rest has Adam.
"""
import json
import sys
import time

import numpy as np
import torch
from torch import nn

import attention
import backbones
import interactions
from backbones import FIELDS, ROWS
from rules import AlgorithmOne

FILES = [backbones, interactions, attention]


def batches(size, count, history=0):
    """Ids k of a field have probabilities proportional to (10+k)^-1.1. With history the last field is a list of so many ids,
    which shares the rows of the first."""
    rng = np.random.default_rng(0)
    rows = ROWS // FIELDS
    cumulative = np.cumsum((10.0 + np.arange(rows)) ** -1.1)
    first = np.arange(FIELDS) * rows
    if history:
        first = np.concatenate([first[:-1], np.zeros(history, dtype=first.dtype)])
    for _ in range(count):
        ids = np.searchsorted(cumulative, rng.random((size, len(first))) * cumulative[-1]).clip(max=rows - 1)
        yield torch.from_numpy(ids + first), torch.randint(0, 2, (size, 1)).float()


def main(name, size, steps, rule="sparse", warm_up=3):
    model = {n.lower(): m for file in FILES for n, m in vars(file).items()}[name]()
    tables = [p for m in model.modules() if isinstance(m, nn.Embedding) for p in m.parameters()]
    dense = [p for p in model.parameters() if not any(p is t for t in tables)]
    of_tables = AlgorithmOne if rule == "algorithm1" else torch.optim.SparseAdam
    solvers = [of_tables(tables, lr=1e-3)] + ([torch.optim.Adam(dense, lr=1e-3)] if dense else [])
    data, walls = list(batches(size, 8, getattr(model, "history", 0))), []
    for step in range(warm_up + steps):
        ids, labels = data[step % len(data)]
        start = time.perf_counter()
        loss = nn.functional.binary_cross_entropy_with_logits(model(ids), labels) + getattr(model, "extra", 0)
        for solver in solvers:
            solver.zero_grad(set_to_none=True)
        loss.backward()
        for solver in solvers:
            solver.step()
        walls.append((time.perf_counter() - start) * 1e3)
    walls = sorted(walls[warm_up:])
    print(json.dumps({"model": name, "batch_size": size, "wall_min_ms": walls[0], "wall_median_ms": walls[len(walls) // 2],
                      "torch": torch.__version__, "threads": torch.get_num_threads()}))


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
