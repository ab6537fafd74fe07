"""Times training steps of PyTorch on the CPU, in the shapes of "zoo bench step".

    python3 torch_step.py MODEL BATCH_SIZE STEPS [algorithm1]

needs OpenBLAS (Debian: python3-torch libopenblas0-pthread; with the plain BLAS that Debian
installs by default PyTorch is twenty times slower) and prints one JSON line: the fastest and the median step in milliseconds. Threads: OMP_NUM_THREADS.
Models take each block from its paper; embeddings are sparse with SparseAdam, or every row of them has
Algorithm 1 of the AdamAR paper at every step, as it is printed; the rest has Adam.
"""
import json
import sys
import time

import numpy as np
import torch
from torch import nn

FIELDS, DIM, ROWS = 24, 16, 1_000_000


def mlp(sizes):
    layers = []
    for n_in, n_out in zip(sizes, sizes[1:]):
        layers += [nn.Linear(n_in, n_out), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(sizes[-1], 1))


class DNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(ROWS, DIM, sparse=True)
        self.mlp = mlp([FIELDS * DIM, 512, 256, 128])

    def forward(self, ids):
        return self.mlp(self.embedding(ids).flatten(1))


class WDL(DNN):
    def __init__(self):
        super().__init__()
        self.wide = nn.Embedding(ROWS, 1, sparse=True)

    def forward(self, ids):
        return super().forward(ids) + self.wide(ids).sum(1)


class XDeepFM(WDL):
    """The CIN works position by position, so that each layer is one matrix product: on a CPU this is
    faster than a convolution."""

    def __init__(self):
        super().__init__()
        maps = [FIELDS, 100, 100, 100]
        self.cin = nn.ParameterList(nn.Parameter(torch.randn(h * FIELDS, u) / (h * FIELDS) ** .5)
                                    for h, u in zip(maps, maps[1:]))
        self.out = nn.Linear(sum(maps[1:]), 1, bias=False)

    def forward(self, ids):
        x0 = self.embedding(ids).transpose(1, 2).reshape(-1, FIELDS)
        x, pooled = x0, []
        for weight in self.cin:
            outer = (x.unsqueeze(2) * x0.unsqueeze(1)).flatten(1)
            x = outer @ weight
            pooled.append(x.view(len(ids), DIM, -1).sum(1))
        return super().forward(ids) + self.out(torch.cat(pooled, 1))


class WuKongLayer(nn.Module):
    def __init__(self, n, units=16, rank=16, hidden=256):
        super().__init__()
        self.y = nn.Parameter(torch.randn(n, rank) / n ** .5)
        self.norm = nn.LayerNorm(n * rank)
        self.mlp = nn.Sequential(nn.Linear(n * rank, hidden), nn.ReLU(), nn.Linear(hidden, units * DIM))
        self.lcb = nn.Parameter(torch.randn(n, units) / n ** .5)
        self.residual = nn.Parameter(torch.randn(n, 2 * units) / n ** .5) if n != 2 * units else None
        self.out = nn.LayerNorm(DIM)

    def forward(self, x):
        transposed = x.transpose(1, 2)
        fm = (x @ (transposed @ self.y)).flatten(1)
        fmb = self.mlp(self.norm(fm)).view(len(x), -1, DIM)
        lcb = (transposed @ self.lcb).transpose(1, 2)
        residual = x if self.residual is None else (transposed @ self.residual).transpose(1, 2)
        return self.out(torch.cat([fmb, lcb], 1) + residual)


class WuKong(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(ROWS, DIM, sparse=True)
        self.layers = nn.Sequential(WuKongLayer(FIELDS), WuKongLayer(32), WuKongLayer(32))
        self.mlp = mlp([32 * DIM, 256, 128])

    def forward(self, ids):
        return self.mlp(self.layers(self.embedding(ids)).flatten(1))


class AlgorithmOne:
    """Algorithm 1 of the paper, line by line, over all rows of a table."""

    def __init__(self, tables, lr, alpha=1e-4, beta1=.9, beta2=.999, eps=1e-8):
        self.lr, self.alpha, self.beta1, self.beta2, self.eps, self.k = lr, alpha, beta1, beta2, eps, 0
        self.states = [(p, torch.zeros_like(p), torch.zeros_like(p), torch.zeros(len(p), 1)) for p in tables]

    def zero_grad(self, set_to_none):
        for p, *_ in self.states:
            p.grad = None

    @torch.no_grad()
    def step(self):
        self.k += 1
        for p, m, v, last in self.states:
            grad = p.grad.to_dense()
            m.mul_(self.beta1).add_(grad, alpha=1 - self.beta1)
            v.mul_(self.beta2).addcmul_(grad, grad, value=1 - self.beta2)
            decay = ((self.k - last - 1) * self.alpha).clamp_(max=1)
            last[p.grad.coalesce().indices()[0]] = self.k
            p.mul_(1 - decay)
            root = (v / (1 - self.beta2 ** self.k)).add_(self.eps).sqrt_()
            p.addcdiv_(m, root, value=-self.lr / (1 - self.beta1 ** self.k))


def batches(size, count):
    """Ids k of a field have probabilities proportional to (10+k)^-1.1."""
    rng = np.random.default_rng(0)
    rows = ROWS // FIELDS
    cumulative = np.cumsum((10.0 + np.arange(rows)) ** -1.1)
    for _ in range(count):
        ids = np.searchsorted(cumulative, rng.random((size, FIELDS)) * cumulative[-1]).clip(max=rows - 1)
        yield torch.from_numpy(ids + np.arange(FIELDS) * rows), torch.randint(0, 2, (size, 1)).float()


def main(name, size, steps, rule="sparse", warm_up=3):
    model = {"dnn": DNN, "wdl": WDL, "xdeepfm": XDeepFM, "wukong": WuKong}[name]()
    tables = [p for n, p in model.named_parameters() if n in ("embedding.weight", "wide.weight")]
    dense = [p for n, p in model.named_parameters() if n not in ("embedding.weight", "wide.weight")]
    of_tables = AlgorithmOne if rule == "algorithm1" else torch.optim.SparseAdam
    solvers = [of_tables(tables, lr=1e-3), torch.optim.Adam(dense, lr=1e-3)]
    data, walls = list(batches(size, 8)), []
    for step in range(warm_up + steps):
        ids, labels = data[step % len(data)]
        start = time.perf_counter()
        loss = nn.functional.binary_cross_entropy_with_logits(model(ids), labels)
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
