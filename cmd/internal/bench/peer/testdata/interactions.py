"""Models of first order and with interactions, in the shapes of "zoo bench step". Each block is taken from its paper."""
import torch
from torch import nn

from backbones import DIM, FIELDS, ROWS, WDL, hidden, mlp


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


class FinalMLP(nn.Module):
    """Gates of learned vectors, one head."""

    def __init__(self):
        super().__init__()
        width = FIELDS * DIM
        self.embedding = nn.Embedding(ROWS, DIM, sparse=True)
        self.contexts = nn.ParameterList(nn.Parameter(torch.zeros(1, DIM)) for _ in range(2))
        self.gates = nn.ModuleList(nn.Sequential(hidden([DIM, 64]), nn.Linear(64, width), nn.Sigmoid()) for _ in range(2))
        self.streams = nn.ModuleList(hidden([width, 512, 256, 128]) for _ in range(2))
        self.linear = nn.Linear(256, 1)
        self.products = nn.Parameter(torch.randn(128, 128) / 128)

    def forward(self, ids):
        e = self.embedding(ids).flatten(1)
        x, z = (stream(2 * gate(context) * e) for stream, gate, context in zip(self.streams, self.gates, self.contexts))
        return self.linear(torch.cat([x, z], 1)) + (x @ self.products * z).sum(1, keepdim=True)


class Block(nn.Module):
    """Of RankMixer: tokens exchange parts, then each has a network of its own."""

    def __init__(self, tokens, dim):
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(dim) for _ in range(2))
        sizes = [(dim, 2 * dim), (2 * dim, dim)]
        self.weights = nn.ParameterList(nn.Parameter(torch.randn(tokens, n, k) / n ** .5) for n, k in sizes)
        self.biases = nn.ParameterList(nn.Parameter(torch.zeros(tokens, 1, k)) for _, k in sizes)

    def forward(self, x):
        n, tokens, dim = x.shape
        mixed = x.view(n, tokens, tokens, -1).transpose(1, 2).reshape(n, tokens, dim)
        s = self.norms[0](mixed + x)
        h = torch.baddbmm(self.biases[0], s.transpose(0, 1), self.weights[0])
        h = torch.baddbmm(self.biases[1], nn.functional.gelu(h), self.weights[1])
        return self.norms[1](h.transpose(0, 1) + s)


class RankMixer(nn.Module):
    """Two blocks of 8 tokens of 64 values."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(ROWS, DIM, sparse=True)
        self.tokens = nn.ModuleList(nn.Linear(FIELDS // 8 * DIM, 64) for _ in range(8))
        self.blocks = nn.Sequential(Block(8, 64), Block(8, 64))
        self.mlp = mlp([64, 512, 256, 128])

    def forward(self, ids):
        parts = self.embedding(ids).flatten(1).chunk(8, 1)
        x = torch.stack([token(part) for token, part in zip(self.tokens, parts)], 1)
        return self.mlp(self.blocks(x).mean(1))
