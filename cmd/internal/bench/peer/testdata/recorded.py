"""The backbones of the paper with weights that were recorded."""
import os

import numpy as np
import torch
import torch.nn.functional as F


def read_weights(folder, described):
    """The weights of weights.bin by name."""
    values, at, weights = np.fromfile(os.path.join(folder, "weights.bin"), "<f4"), 0, {}
    for w in described:
        n = w["rows"] * w["columns"]
        weights[w["name"]] = torch.from_numpy(values[at:at + n].reshape(w["rows"], w["columns"]).copy())
        at += n
    return weights


class Model:
    """The backbones of the paper as functions of the ids and of the weights by their names in a checkpoint."""

    def __init__(self, weights, sparse):
        self.w, self.sparse = weights, sparse
        self.dim = weights["deep/table"].shape[1]

    def embed(self, name, ids):
        return F.embedding(ids, self.w[name + "/table"], sparse=self.sparse)

    def linear(self, name, x):
        return torch.addmm(self.w[name + "/bias"], x, self.w[name + "/weight"])

    def mlp(self, name, x):
        i = 0
        while "%s/%d/weight" % (name, i) in self.w:
            x = F.relu(self.linear("%s/%d" % (name, i), x))
            i += 1
        return self.linear(name + "/out", x)

    def norm(self, name, x):
        return F.layer_norm(x, x.shape[-1:], self.w[name + "/gain"][0], self.w[name + "/bias"][0], 1e-5)

    def dnn(self, ids):
        return self.mlp("mlp", self.embed("deep", ids).flatten(1))

    def wdl(self, ids):
        return self.dnn(ids) + self.embed("wide", ids).sum(1)

    def xdeepfm(self, ids):
        e = self.embed("deep", ids)
        x0 = e.transpose(1, 2).reshape(-1, ids.shape[1])  # position by position, so that a layer is one product
        x, pooled, k = x0, [], 0
        while "cin/%d/weight" % k in self.w:
            x = (x.unsqueeze(2) * x0.unsqueeze(1)).flatten(1) @ self.w["cin/%d/weight" % k]
            pooled.append(x.view(len(ids), self.dim, -1).sum(1))
            k += 1
        cin = torch.cat(pooled, 1) @ self.w["cin/out/weight"]
        return cin + self.mlp("mlp", e.flatten(1)) + self.embed("wide", ids).sum(1)

    def wukong(self, ids):
        x, i = self.embed("deep", ids), 0
        while "wukong/%d/norm/gain" % i in self.w:
            name, across = "wukong/%d" % i, x.transpose(1, 2)
            f = (x @ (across @ self.w[name + "/fmb/projection/weight"])).flatten(1)
            f = self.mlp(name + "/fmb/mlp", self.norm(name + "/fmb/norm", f)).view(len(x), -1, self.dim)
            lcb = (across @ self.w[name + "/lcb/weight"]).transpose(1, 2)
            residual = self.w.get(name + "/residual/weight")
            residual = x if residual is None else (across @ residual).transpose(1, 2)
            x = self.norm(name + "/norm", torch.cat([f, lcb], 1) + residual)
            i += 1
        return self.mlp("mlp", x.flatten(1))
