"""The four backbones of the paper, in the shapes of "zoo bench step". Each block is taken from its paper."""
import torch
from torch import nn

FIELDS, DIM, ROWS = 24, 16, 1_000_000


def hidden(sizes):
    layers = []
    for n_in, n_out in zip(sizes, sizes[1:]):
        layers += [nn.Linear(n_in, n_out), nn.ReLU()]
    return nn.Sequential(*layers)


def mlp(sizes):
    return nn.Sequential(hidden(sizes), nn.Linear(sizes[-1], 1))


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
