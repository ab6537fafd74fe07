#!/usr/bin/python3
"""Makes the golden files of the models with masks, attention and batch norm; see goldens.py.

    /usr/bin/python3 zoo/testdata/goldens_attention.py

  batch norm  over the rows with a weight; running statistics move by a tenth, with the unbiased variance.
  MaskNet     ReLU(LN(W (mask(V) * x) + b)), mask = MLP(V); Wang et al. 2021.
  AutoInt     ReLU(heads + X W_res + b), heads by torch's softmax without a scale; Song et al. 2019.
  DIN         sum_j MLP([t; v; t - v; t * v]) v_j, Dice with the statistics of real rows, or PReLU; Zhou et al. 2018.
  FinalNet    ReLU(BN([u; u * v])), mean of two stacks, each also a student of both; Zhu et al. 2023.
"""
import numpy as np
import torch
import torch.nn.functional as F

from goldens import MIXED, ONE, PLAIN, Model, field, write

LISTS = [field("user", 7), field("price", kind="numeric"), field("past", 9, "list", 4, "mean"), field("item", 9, shares="past"),
         field("history", 9, "list", 17, "mean", "past"), field("tags", 5, "list", 2, "sum")]


class More(Model):
    def draw_inputs(self):
        """The lists of the first three samples have length 0, 1, and all."""
        super().draw_inputs()
        column = 0
        for f in self.fields:
            n = {"numeric": 0, "categorical": 1}.get(f["kind"], f["length"])
            if f["kind"] == "list" and self.batch >= 3:
                drawn = self.rng.integers(0, f["rows"], (3, n))
                for sample, length in enumerate([0, 1, n]):
                    self.ids[sample, column:column + n] = np.where(np.arange(n) < length, drawn[sample], -1)
            column += n

    def statistic(self, name, n):
        value = self.rng.normal(size=n).astype(np.float32).astype(np.float64) * 0.3
        if name.endswith("variance"):
            value = np.float32(np.abs(value) + 0.5).astype(np.float64)
        return torch.tensor(value.astype(np.float32).astype(np.float64))

    def normalize(self, name, x, weights=None, affine=True):
        n = x.shape[1]
        real = torch.tensor(self.sample_weights) > 0 if weights is None else weights
        gain, bias = (self.weight(name + "/gain", 1, n)[0], self.weight(name + "/bias", 1, n)[0]) if affine else (None, None)
        mean, variance = self.statistic(name + "/mean", n), self.statistic(name + "/variance", n)
        before = mean.clone(), variance.clone()
        y = F.batch_norm(x[real], mean, variance, gain, bias, self.training, 0.1, 1e-5)
        self.statistics[name + "/mean"], self.statistics[name + "/variance"] = (before[0], mean), (before[1], variance)
        m, v = before
        if self.training:
            m, v = x[real].mean(0), x[real].var(0, unbiased=False)
        out = (x - m) / (v + 1e-5).sqrt()
        if affine:
            out = out * gain + bias
        assert torch.allclose(out[real], y, rtol=1e-9)
        return out

    def project(self, name, x, units):
        return x @ self.weight(name + "/weight", x.shape[-1], units)

    def masknet(self, embedding_dim=4, parallel_blocks=False, blocks=2, block_units=5, reduction_ratio=2.0, hidden_units=(8, 5)):
        e = self.embed("deep", embedding_dim)
        v, normal = e.flatten(1), self.layer_norm("norm", e).flatten(1)

        def block(i, x):
            name = "block/%d" % i
            mask = F.relu(self.linear(name + "/mask/0", v, int(reduction_ratio * x.shape[1])))
            mask = self.linear(name + "/mask/1", mask, x.shape[1])
            return F.relu(self.layer_norm(name + "/norm", self.linear(name + "/hidden", mask * x, block_units)))

        if parallel_blocks:
            return self.mlp("mlp", torch.cat([block(i, normal) for i in range(blocks)], 1), hidden_units)
        x = normal
        for i in range(blocks):
            x = block(i, x)
        return self.linear("out", x, 1)

    def autoint(self, embedding_dim=4, attention_layers=2, heads=2, attention_units=6, plus=False, hidden_units=(8, 5)):
        e = self.embed("deep", embedding_dim)
        x = e
        for i in range(attention_layers):
            name = "attention/%d" % i
            q, k, v = (self.project(name + "/" + p, x, attention_units).unflatten(2, (heads, -1)).transpose(1, 2) for p in ("query", "key", "value"))
            y = (torch.softmax(q @ k.transpose(2, 3), 3) @ v).transpose(1, 2).flatten(2)
            x = F.relu(y + self.project(name + "/residual", x, attention_units) + self.weight(name + "/residual/bias", 1, attention_units))
        logit = self.linear("attention/out", x.flatten(1), 1)
        return logit + self.mlp("mlp", e.flatten(1), hidden_units) if plus else logit

    def activated(self, name, x, units, activation, weights):
        for i, n in enumerate(units):
            layer = "%s/%d" % (name, i)
            x = self.linear(layer, x, n)
            slope = self.weight("%s/%s/slope" % (layer, activation), 1, n)
            p = (x > 0).to(x.dtype)
            if activation == "dice":
                p = torch.sigmoid(self.normalize(layer + "/dice", x, weights, affine=False))
            x = p * x + (1 - p) * slope * x
        return self.linear(name + "/out", x, 1)

    def din(self, embedding_dim=4, hidden_units=(8, 5), attention_hidden_units=(6,), activation="dice", softmax=False,
            history_fields="", target_fields=""):
        dim = embedding_dim
        e = self.embed("deep", dim)
        table = self.weights["deep/table"]
        if history_fields == "none":
            pairs = []
        else:
            owner = lambda f: f["shares"] or f["name"]
            categorical = {f["name"]: f for f in self.fields if f["kind"] == "categorical"}
            lists = history_fields.split(",") if history_fields else [f["name"] for f in self.fields if f["kind"] == "list" and f["shares"] in categorical]
            targets = target_fields.split(",") if target_fields else [owner(next(f for f in self.fields if f["name"] == n)) for n in lists]
            pairs = list(zip(lists, targets))
        offsets, columns, total, column = {}, {}, 0, 0
        for f in self.fields:
            if f["kind"] == "numeric":
                continue
            offsets[f["name"]] = offsets[f["shares"]] if f["shares"] else total
            total += 0 if f["shares"] else f["rows"]
            n = f["length"] if f["kind"] == "list" else 1
            columns[f["name"]] = slice(column, column + n)
            column += n
        parts = list(e.unbind(1))
        order = [f["name"] for f in self.fields]
        for history, target in pairs:
            ids = torch.tensor(self.ids[:, columns[history]])
            present = ids >= 0
            v = table[ids.clamp(min=0) + offsets[history]] * present.unsqueeze(2)
            t = e[:, order.index(target)].unsqueeze(1).expand_as(v)
            seen = torch.cat([t, v, t - v, t * v], 2).flatten(0, 1)
            a = self.activated("attention/" + history, seen, attention_hidden_units, activation, present.flatten()).reshape(present.shape)
            if softmax:
                a = torch.softmax(a.masked_fill(~present, -1e300), 1) * present
            parts[order.index(history)] = (a.unsqueeze(2) * v).sum(1)
        return self.activated("mlp", torch.cat(parts, 1), hidden_units, activation, None)

    def finalnet(self, embedding_dim=4, stacks=2, hidden_units=(8, 6), second_hidden_units=None, no_batch_norm=False, field_gate=False):
        e = self.embed("deep", embedding_dim)

        def stack(name, x, units):
            for i, n in enumerate(units):
                u, v = self.linear("%s/%d" % (name, i), x, n).chunk(2, 1)
                h = torch.cat([u, u * v], 1)
                if not no_batch_norm:
                    h = self.normalize("%s/%d/norm" % (name, i), h)
                x = F.relu(h)
            return self.linear(name + "/out", x, 1)

        x = e
        if field_gate:
            n = e.shape[1]
            gates = self.linear("gate", e.transpose(1, 2).reshape(-1, n), n).reshape(-1, e.shape[2], n).transpose(1, 2)
            x = torch.cat([e, e * gates], 1)
        first = stack("stack/0", x.flatten(1), hidden_units)
        if stacks == 1:
            return first
        second = stack("stack/1", e.flatten(1), second_hidden_units or hidden_units)
        both = (first + second) / 2
        w, teacher = torch.tensor(self.sample_weights), torch.sigmoid(both.detach()[:, 0])
        for student in (first[:, 0], second[:, 0]):
            self.extra.append((w * F.binary_cross_entropy_with_logits(student, teacher, reduction="none")).sum() / w.sum())
        return both


CASES = [
    ("masknet_mixed", "masknet", MIXED, 6, {}), ("masknet_parallel", "masknet", MIXED, 5, dict(parallel_blocks=True, block_units=17, reduction_ratio=1.0)),
    ("masknet_one", "masknet", ONE, 1, dict(embedding_dim=7, reduction_ratio=0.5)),
    ("masknet_256", "masknet", PLAIN, 2, dict(embedding_dim=5, blocks=1, block_units=256, reduction_ratio=0.5)),
    ("autoint_mixed", "autoint", MIXED, 6, dict(embedding_dim=8)), ("autoint_plus", "autoint", PLAIN, 4, dict(plus=True, heads=3, attention_layers=1)),
    ("autoint_17", "autoint", PLAIN, 3, dict(embedding_dim=3, attention_units=34, attention_layers=1)), ("autoint_one", "autoint", ONE, 1, dict(heads=1)),
    ("autoint_128", "autoint", PLAIN, 2, dict(attention_layers=1, attention_units=128)),
    ("din_mixed", "din", MIXED, 6, {}), ("din_training", "din", MIXED, 6, dict(training=True)),
    ("din_prelu", "din", LISTS, 5, dict(activation="prelu", embedding_dim=17, history_fields="history,past", target_fields="item,item")),
    ("din_softmax", "din", LISTS, 5, dict(softmax=True, training=True, history_fields="history", target_fields="item", attention_hidden_units=(17, 3))),
    ("din_none", "din", PLAIN, 4, dict(history_fields="none", training=True)),
    ("finalnet_mixed", "finalnet", MIXED, 6, {}), ("finalnet_training", "finalnet", MIXED, 9, dict(training=True)),
    ("finalnet_gate", "finalnet", MIXED, 5, dict(field_gate=True, no_batch_norm=True, second_hidden_units=(4,))),
    ("finalnet_34", "finalnet", PLAIN, 7, dict(stacks=1, hidden_units=(34, 16), training=True)),
    ("finalnet_one", "finalnet", ONE, 1, {}),
]

if __name__ == "__main__":
    write(More, CASES, 200)
