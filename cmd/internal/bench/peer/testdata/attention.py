"""Models with masks, attention and batch norm, in the shapes of "zoo bench step". Each block is taken from its paper."""
import torch
from torch import nn

from backbones import DIM, FIELDS, ROWS, mlp

HISTORY = 50


class Embedded(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(ROWS, DIM, sparse=True)


class MaskBlock(nn.Module):
    def __init__(self, width, units):
        super().__init__()
        self.mask = nn.Sequential(nn.Linear(FIELDS * DIM, 2 * width), nn.ReLU(), nn.Linear(2 * width, width))
        self.hidden = nn.Sequential(nn.Linear(width, units), nn.LayerNorm(units), nn.ReLU())

    def forward(self, v, x):
        return self.hidden(self.mask(v) * x)


class MaskNet(Embedded):
    def __init__(self, blocks=3, units=128):
        super().__init__()
        self.norm = nn.LayerNorm(DIM)
        self.blocks = nn.ModuleList(MaskBlock(FIELDS * DIM if i == 0 else units, units) for i in range(blocks))
        self.out = nn.Linear(units, 1)

    def forward(self, ids):
        e = self.embedding(ids)
        v, x = e.flatten(1), self.norm(e).flatten(1)
        for block in self.blocks:
            x = block(v, x)
        return self.out(x)


class AttentionLayer(nn.Module):
    def __init__(self, dim, units=64, heads=2):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value = (nn.Linear(dim, units, bias=False) for _ in range(3))
        self.residual = nn.Linear(dim, units)

    def forward(self, x):
        split = lambda y: y.view(len(x), x.shape[1], self.heads, -1).transpose(1, 2)
        q, k, v = split(self.query(x)), split(self.key(x)), split(self.value(x))
        heads = torch.softmax(q @ k.transpose(2, 3), 3) @ v
        return torch.relu(heads.transpose(1, 2).flatten(2) + self.residual(x))


class AutoInt(Embedded):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(AttentionLayer(DIM), AttentionLayer(64), AttentionLayer(64))
        self.out = nn.Linear(FIELDS * 64, 1)

    def forward(self, ids):
        return self.out(self.layers(self.embedding(ids)).flatten(1))


class Dice(nn.Module):
    def __init__(self, units):
        super().__init__()
        self.norm, self.slope = nn.BatchNorm1d(units, affine=False), nn.Parameter(torch.zeros(units))

    def forward(self, x):
        p = torch.sigmoid(self.norm(x))
        return p * x + (1 - p) * self.slope * x


def dice_mlp(sizes):
    layers = []
    for n_in, n_out in zip(sizes, sizes[1:]):
        layers += [nn.Linear(n_in, n_out), Dice(n_out)]
    return nn.Sequential(*layers, nn.Linear(sizes[-1], 1))


class DIN(Embedded):
    """The last field is a list of HISTORY ids, which shares the rows of the first; all lists are full."""

    history = HISTORY

    def __init__(self):
        super().__init__()
        self.unit = dice_mlp([4 * DIM, 36])
        self.mlp = dice_mlp([FIELDS * DIM, 512, 256, 128])

    def forward(self, ids):
        e = self.embedding(ids)
        fields, v = e[:, :FIELDS - 1], e[:, FIELDS - 1:]
        t = fields[:, :1].expand_as(v)
        a = self.unit(torch.cat([t, v, t - v, t * v], 2).flatten(0, 1)).view(len(ids), HISTORY, 1)
        return self.mlp(torch.cat([fields.flatten(1), (a * v).sum(1)], 1))


class Factorized(nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.linear, self.norm = nn.Linear(n_in, n_out), nn.BatchNorm1d(n_out)

    def forward(self, x):
        u, v = self.linear(x).chunk(2, 1)
        return torch.relu(self.norm(torch.cat([u, u * v], 1)))


class FinalNet(Embedded):
    """The losses of the students are added to that of the logits, which the loop computes."""

    def __init__(self, sizes=(FIELDS * DIM, 512, 256, 128)):
        super().__init__()
        stack = lambda: nn.Sequential(*(Factorized(a, b) for a, b in zip(sizes, sizes[1:])), nn.Linear(sizes[-1], 1))
        self.first, self.second = stack(), stack()

    def forward(self, ids):
        e = self.embedding(ids).flatten(1)
        first, second = self.first(e), self.second(e)
        both = (first + second) / 2
        teacher = torch.sigmoid(both.detach())
        self.extra = sum(nn.functional.binary_cross_entropy_with_logits(s, teacher) for s in (first, second))
        return both
