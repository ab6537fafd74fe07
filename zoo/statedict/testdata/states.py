#!/usr/bin/python3
"""Makes state dicts with the names and shapes of FuxiCTR's, by PyTorch, and the logits of some samples.

    /usr/bin/python3 zoo/statedict/testdata/states.py        (Debian's python3-torch, 1.13.1)

The modules are written down here from the formulas of the models; only the names of their parts are those of FuxiCTR.
"""
import json, os, struct
import numpy as np
import torch
from torch import nn

HERE = os.path.dirname(os.path.abspath(__file__))
DIM = 4
VOCAB = {
    "user": {"__PAD__": 0, "anna": 1, "bo": 2, "__OOV__": 3},
    "item": {"__PAD__": 0, "i1": 1, "i2": 2, "i3": 3, "i4": 4, "__OOV__": 5},
    "tags": {"__PAD__": 0, "red": 1, "blue": 2, "__OOV__": 3},
}
FIELDS = ["user", "price", "item", "history", "tags"]
SHARES = {"history": "item"}
LENGTH = {"history": 3, "tags": 2}


class Fields(nn.Module):
    """The embedding of each field: (batch, fields, dim)."""

    def __init__(self, dim):
        super().__init__()
        inner = nn.Module()
        inner.embedding_layers = nn.ModuleDict()
        for f in FIELDS:
            if f == "price":
                inner.embedding_layers[f] = nn.Linear(1, dim, bias=False)
            elif f in SHARES:
                inner.embedding_layers[f] = inner.embedding_layers[SHARES[f]]
            else:
                inner.embedding_layers[f] = nn.Embedding(len(VOCAB[f]), dim, padding_idx=0)
        self.embedding_layer = inner

    def forward(self, x):
        out = []
        for f in FIELDS:
            e = self.embedding_layer.embedding_layers[f](x[f])
            if f in LENGTH:
                e = e.sum(1)
            if f == "history":
                e = e / (x[f] > 0).sum(1, keepdim=True).clamp(min=1)
            out.append(e)
        return torch.stack(out, 1)


def block(units, dropout, output=True):
    """Linear layers with ReLU, with the places that dropout takes, and a linear output."""
    layers, before = [], DIM * len(FIELDS)
    for n in units:
        layers += [nn.Linear(before, n), nn.ReLU()] + ([nn.Dropout(dropout)] if dropout else [])
        before = n
    m = nn.Module()
    m.mlp = nn.Sequential(*layers, *[nn.Linear(before, 1)][:output])
    return m


class Model(nn.Module):
    def __init__(self, name):
        super().__init__()
        self.name = name
        self.embedding_layer = Fields(DIM)
        if name == "dnn":
            self.mlp = block([8, 5], 0.1)
            return
        if name.startswith("dcnv2"):
            width = DIM * len(FIELDS)
            self.crossnet = nn.Module()
            self.crossnet.cross_layers = nn.ModuleList(nn.Linear(width, width) for _ in range(2))
            stacked = name == "dcnv2_stacked"
            setattr(self, "stacked_dnn" if stacked else "parallel_dnn", block([8, 5], 0, output=False))
            self.fc = nn.Linear(5 if stacked else width + 5, 1)
            return
        self.lr_layer = nn.Module()
        self.lr_layer.embedding_layer = Fields(1)
        self.dnn = block([8, 5], 0)
        if name == "xdeepfm":
            self.cin = nn.Module()
            self.cin.cin_layer = nn.ModuleDict()
            maps = len(FIELDS)
            for i, units in enumerate([6, 3]):
                layer = nn.Conv1d(len(FIELDS) * maps, units, kernel_size=1)
                nn.init.zeros_(layer.bias)
                self.cin.cin_layer["layer_%d" % (i + 1)] = layer
                maps = units
            self.cin.fc = nn.Linear(6 + 3, 1)

    def forward(self, x):
        e = self.embedding_layer(x)
        flat = e.flatten(1)
        if self.name == "dnn":
            return self.mlp.mlp(flat)
        if self.name.startswith("dcnv2"):
            xi = flat
            for layer in self.crossnet.cross_layers:
                xi = flat * layer(xi) + xi
            if self.name == "dcnv2_stacked":
                return self.fc(self.stacked_dnn.mlp(xi))
            return self.fc(torch.cat([xi, self.parallel_dnn.mlp(flat)], 1))
        y = self.dnn.mlp(flat) + self.lr_layer.embedding_layer(x).sum(1)
        if self.name == "xdeepfm":
            xi, pooled = e, []
            for layer in self.cin.cin_layer.values():
                products = torch.einsum("bhd,bmd->bhmd", e, xi)
                xi = layer(products.reshape(len(e), -1, DIM))
                pooled.append(xi.sum(-1))
            y = y + self.cin.fc(torch.cat(pooled, 1))
        return y


def samples(n):
    """Cells of a log, and the ids and numbers that they are."""
    rng = np.random.Generator(np.random.PCG64(7))
    lines, x = [], {f: [] for f in FIELDS}
    for _ in range(n):
        cells = []
        for f in FIELDS:
            if f == "price":
                value = round(float(rng.normal()), 3)
                cells.append(repr(value))
                x[f].append([value])
                continue
            ids = VOCAB[SHARES.get(f, f)]
            names = [v for v in ids if not v.startswith("__")] + ["never seen"]
            if f in LENGTH:
                values = [names[i] for i in rng.integers(0, len(names), rng.integers(0, LENGTH[f] + 1))]
                x[f].append([ids.get(v, ids["__OOV__"]) for v in values] + [0] * (LENGTH[f] - len(values)))
                cells.append("|".join(values))
            else:
                value = names[rng.integers(0, len(names))]
                x[f].append(ids.get(value, ids["__OOV__"]))
                cells.append(value)
        lines.append(",".join(cells))
    tensors = {f: torch.tensor(v, dtype=torch.float32 if f == "price" else torch.long) for f, v in x.items()}
    return lines, tensors


def save_safetensors(path, state):
    """8 bytes with the size of a header in JSON, the header, and the tensors."""
    header, data = {}, b""
    for name, t in state.items():
        raw = t.numpy().tobytes()
        header[name] = {"dtype": "F32", "shape": list(t.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


lines, x = samples(40)
with open(os.path.join(HERE, "log.csv"), "w") as f:
    f.write(",".join(FIELDS) + "\n" + "\n".join(lines) + "\n")
json.dump(VOCAB, open(os.path.join(HERE, "vocab.json"), "w"), indent=1)
logits = {}
for seed, name in enumerate(["dnn", "wdl", "xdeepfm", "dcnv2", "dcnv2_stacked"]):
    torch.manual_seed(seed)
    model = Model(name).eval()
    with torch.no_grad():
        logits[name] = model(x).flatten().tolist()
    state = model.state_dict()
    if name == "wdl":
        save_safetensors(os.path.join(HERE, name + ".safetensors"), state)
    else:
        np.savez(os.path.join(HERE, name + ".npz"), **{k: v.numpy() for k, v in state.items()})
json.dump(logits, open(os.path.join(HERE, "logits.json"), "w"), indent=1)
