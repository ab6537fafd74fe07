#!/usr/bin/python3
"""Makes the golden files of the models: logits, loss and every gradient, in float64, by PyTorch.

    /usr/bin/python3 zoo/testdata/goldens.py        (Debian's python3-torch, 1.13.1)

makes those of the paper's four backbones; goldens_*.py, which begin with the class Model of this file, make the others.
The models are written down here from their papers, not from the Go code. A model is a method, whose arguments are the
hyper-parameters of the zoo with small defaults:

  embedding  e_f = row of deep/table for a categorical field (fields one after the other; a field that
             shares another's rows has its offset); mean or sum of the rows present for a list, zeros for
             an empty one; number times its row of deep/numeric for a numeric field.
  wide       the same with dim 1 (wide/table, wide/numeric), summed over the fields.
  mlp        x W + b, ReLU, ..., x W + b  with W (in, units).
  DNN        mlp(concat e).    WDL  wide + mlp.
  xDeepFM    wide + mlp + out . pooled, X^k_h = sum_ij W^k[i*F+j, h] (X^{k-1}_i * X^0_j); Lian et al. 2018, eq. 6.
  WuKong     X' = LN(concat(FMB(X), LCB(X)) + residual), FMB = mlp(LN(flatten(X (X^T Y)))), LCB = W^T X;
             Zhang et al. 2024, section 3.
  loss       sum w (softplus(x) - x y) / sum w.
"""
import inspect, json, os
import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
HERE = os.path.dirname(os.path.abspath(__file__))


def field(name, rows=0, kind="categorical", length=0, pooling="mean", shares=""):
    return dict(name=name, kind=kind, rows=rows, length=length, pooling=pooling, shares=shares)


MIXED = [field("user", 7), field("price", kind="numeric"), field("item", 9),
         field("history", 9, "list", 3, "mean", "item"), field("tags", 5, "list", 2, "sum"), field("age", kind="numeric")]
PLAIN = [field("f%d" % i, 4 + i) for i in range(6)]
ONE = [field("only", 11)]


class Model:
    def __init__(self, fields, batch, seed):
        self.fields, self.batch = fields, batch
        self.rng = np.random.Generator(np.random.PCG64(seed))
        self.weights = {}
        self.training = False
        self.statistics = {}  # by name: before the step, and after it
        self.extra = []       # losses that are added to what is minimised
        self.draw_inputs()

    def draw_inputs(self):
        columns, numbers = [], []
        for f in self.fields:
            if f["kind"] == "numeric":
                numbers.append(self.rng.normal(size=self.batch))
            elif f["kind"] == "categorical":
                columns.append(self.rng.integers(0, f["rows"], self.batch))
            else:
                ids = self.rng.integers(0, f["rows"], (f["length"], self.batch))
                length = self.rng.integers(0, f["length"] + 1, self.batch)
                length[0] = 0
                for place in range(f["length"]):
                    columns.append(np.where(place < length, ids[place], -1))
        self.ids = np.array(columns, dtype=np.int64).T
        self.numbers = np.array(numbers, dtype=np.float32).astype(np.float64).T if numbers else np.zeros((self.batch, 0))
        self.labels = self.rng.integers(0, 2, self.batch).astype(np.float64)
        self.sample_weights = np.ones(self.batch)
        if self.batch > 2:
            self.sample_weights[-1] = 0

    def weight(self, name, rows, columns, std=0.3):
        value = self.rng.normal(size=(rows, columns)).astype(np.float32) * np.float32(std)
        if name.endswith("gain"):
            value += 1
        self.weights[name] = torch.tensor(value.astype(np.float64), requires_grad=True)
        return self.weights[name]

    def embed(self, name, dim):
        """(batch, fields, dim)"""
        offsets, total = {}, 0
        for f in self.fields:
            if f["kind"] != "numeric":
                offsets[f["name"]] = offsets[f["shares"]] if f["shares"] else total
                total += 0 if f["shares"] else f["rows"]
        numeric = sum(f["kind"] == "numeric" for f in self.fields)
        table = self.weight(name + "/table", total, dim)
        vectors = self.weight(name + "/numeric", numeric, dim) if numeric else None
        out, column, number = [], 0, 0
        for f in self.fields:
            if f["kind"] == "numeric":
                out.append(torch.tensor(self.numbers[:, number:number + 1]) * vectors[number])
                number += 1
                continue
            n = f["length"] if f["kind"] == "list" else 1
            ids = torch.tensor(self.ids[:, column:column + n])
            column += n
            present = (ids >= 0).to(torch.float64).unsqueeze(2)
            rows = table[ids.clamp(min=0) + offsets[f["name"]]] * present
            pooled = rows.sum(1)
            if f["kind"] == "list" and f["pooling"] == "mean":
                pooled = pooled / present.sum(1).clamp(min=1)
            out.append(pooled)
        return torch.stack(out, 1)

    def linear(self, name, x, units):
        return x @ self.weight(name + "/weight", x.shape[1], units) + self.weight(name + "/bias", 1, units)

    def mlp(self, name, x, hidden, units=1):
        for i, n in enumerate(hidden):
            x = F.relu(self.linear("%s/%d" % (name, i), x, n))
        return self.linear(name + "/out", x, units)

    def wide(self):
        return self.embed("wide", 1).sum(1)

    def layer_norm(self, name, x):
        n = x.shape[-1]
        return F.layer_norm(x, (n,), self.weight(name + "/gain", 1, n)[0], self.weight(name + "/bias", 1, n)[0], 1e-5)

    def dnn(self, embedding_dim=4, hidden_units=(8, 5)):
        return self.mlp("mlp", self.embed("deep", embedding_dim).flatten(1), hidden_units)

    def wdl(self, embedding_dim=4, hidden_units=(8, 5)):
        return self.wide() + self.dnn(embedding_dim, hidden_units)

    def cin(self, e, units, split_half):
        n = e.shape[1]
        xk, pooled = e, []
        for k, h in enumerate(units):
            w = self.weight("cin/%d/weight" % k, xk.shape[1] * n, h).reshape(xk.shape[1], n, h)
            maps = torch.einsum("bid,bjd,ijh->bhd", xk, e, w)
            xk, output = maps, maps
            if split_half and k < len(units) - 1:
                xk, output = maps[:, :h // 2], maps[:, h // 2:]
            pooled.append(output.sum(2))
        p = torch.cat(pooled, 1)
        return p @ self.weight("cin/out/weight", p.shape[1], 1)

    def xdeepfm(self, embedding_dim=4, hidden_units=(8, 5), cin_units=(6, 4), split_half=False):
        e = self.embed("deep", embedding_dim)
        return self.wide() + self.cin(e, cin_units, split_half) + self.mlp("mlp", e.flatten(1), hidden_units)

    def wukong(self, embedding_dim=4, hidden_units=(8,), layers=2, fmb_units=3, lcb_units=2, rank=2, fmb_hidden_units=(7,)):
        dim = embedding_dim
        x = self.embed("deep", dim)
        for i in range(layers):
            name, n, units = "wukong/%d" % i, x.shape[1], fmb_units + lcb_units
            y = self.weight(name + "/fmb/projection/weight", n, rank)
            f = (x @ (x.transpose(1, 2) @ y)).flatten(1)
            f = self.mlp(name + "/fmb/mlp", self.layer_norm(name + "/fmb/norm", f), fmb_hidden_units, fmb_units * dim)
            lcb = torch.einsum("bnd,nm->bmd", x, self.weight(name + "/lcb/weight", n, lcb_units))
            residual = x
            if n != units:
                residual = torch.einsum("bnd,nm->bmd", x, self.weight(name + "/residual/weight", n, units))
            x = self.layer_norm(name + "/norm", torch.cat([f.reshape(-1, fmb_units, dim), lcb], 1) + residual)
        return self.mlp("mlp", x.flatten(1), hidden_units)


def complete(model, settings):
    """The settings with the defaults of the model's method."""
    parameters = inspect.signature(model).parameters.values()
    return {p.name: settings.get(p.name, p.default) for p in parameters}


def write(kind, cases, first_seed):
    """Makes a file of each case: its name, the name of the model, the fields, the batch size and settings."""
    for seed, (name, model, fields, batch, settings) in enumerate(cases, first_seed):
        m = kind(fields, batch, seed)
        m.training = settings.pop("training", False)
        settings = complete(getattr(m, model), settings)
        logits = getattr(m, model)(**settings)[:, 0]
        y, w = torch.tensor(m.labels), torch.tensor(m.sample_weights)
        loss = (w * (F.softplus(logits) - logits * y)).sum() / w.sum()
        (loss + sum(m.extra)).backward()
        for v in m.weights.values():
            if v.grad is None:  # the logits do not depend on it
                v.grad = torch.zeros_like(v)
        flat = lambda x: [float("%.12g" % v) for v in np.asarray(x, dtype=np.float64).ravel()]
        golden = dict(
            made_by="zoo/testdata, torch " + torch.__version__, model=model, settings=settings, batch=batch, fields=fields,
            ids=m.ids.ravel().tolist(), numbers=flat(m.numbers), labels=flat(m.labels), sample_weights=flat(m.sample_weights),
            weights={k: dict(shape=list(v.shape), values=flat(v.detach()), gradient=flat(v.grad)) for k, v in m.weights.items()},
            training=m.training, statistics={k: dict(before=flat(b), after=flat(a)) for k, (b, a) in m.statistics.items()},
            logits=flat(logits.detach()), loss=float(loss))
        with open(os.path.join(HERE, name + ".json"), "w") as f:
            json.dump(golden, f)
            f.write("\n")


CASES = [
    ("dnn_mixed", "dnn", MIXED, 6, {}), ("dnn_one", "dnn", ONE, 1, {}), ("dnn_256", "dnn", PLAIN, 3, dict(embedding_dim=2, hidden_units=(256, 3))),
    ("wdl_mixed", "wdl", MIXED, 6, {}), ("wdl_one", "wdl", ONE, 1, {}),
    ("xdeepfm_mixed", "xdeepfm", MIXED, 5, {}), ("xdeepfm_split", "xdeepfm", PLAIN, 4, dict(cin_units=(6, 4, 3), split_half=True)),
    ("xdeepfm_one", "xdeepfm", ONE, 1, {}),
    ("wukong_mixed", "wukong", MIXED, 5, {}), ("wukong_one", "wukong", ONE, 1, dict(rank=1)),
    ("wukong_same", "wukong", PLAIN, 4, dict(fmb_units=4, lcb_units=2)),
    ("wukong_256", "wukong", PLAIN, 2, dict(embedding_dim=32, fmb_units=8, lcb_units=8, layers=1, hidden_units=(3,), fmb_hidden_units=(4,))),
]

if __name__ == "__main__":
    write(Model, CASES, 0)
