"""Models of first order and with interactions, in the shapes of "zoo bench step". Each block is taken from its paper."""
import torch
from torch import nn

from backbones import DIM, FIELDS, ROWS, WDL, hidden


class LR(nn.Module):
    def __init__(self):
        super().__init__()
        self.wide = nn.Embedding(ROWS, 1, sparse=True)
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, ids):
        return self.wide(ids).sum(1) + self.bias


def pairs(e):
    """Half of the square of the sum less the sum of the squares."""
    return .5 * (e.sum(1).square() - e.square().sum(1)).sum(1, keepdim=True)


class FM(LR):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(ROWS, DIM, sparse=True)

    def forward(self, ids):
        return super().forward(ids) + pairs(self.embedding(ids))


class DeepFM(WDL):
    def forward(self, ids):
        e = self.embedding(ids)
        return self.wide(ids).sum(1) + pairs(e) + self.mlp(e.flatten(1))


class DCNv2(nn.Module):
    """Full rank, parallel."""

    def __init__(self):
        super().__init__()
        width = FIELDS * DIM
        self.embedding = nn.Embedding(ROWS, DIM, sparse=True)
        self.cross = nn.ModuleList(nn.Linear(width, width) for _ in range(3))
        self.hidden = hidden([width, 512, 256, 128])
        self.out = nn.Linear(width + 128, 1)

    def forward(self, ids):
        x0 = self.embedding(ids).flatten(1)
        x = x0
        for layer in self.cross:
            x = torch.addcmul(x, x0, layer(x))
        return self.out(torch.cat([x, self.hidden(x0)], 1))
