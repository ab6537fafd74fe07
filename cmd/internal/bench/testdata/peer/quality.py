"""Trains a model in PyTorch from a tape of "zoo bench quality": the same initial weights, the same samples in the same order.

    python3 quality.py FOLDER MODEL SOLVER LEARNING_RATE ALPHA

SOLVER is "sparse" (SparseAdam on the tables, which is lazy: a row without a gradient stays; Adam on the rest), "dense" (Adam on
everything) or "algorithm1" (Algorithm 1 of the AdamAR paper as it is printed, over all rows at every step, with alpha on the
tables only). Prints a JSON line for each evaluation: step, seconds and CPU seconds of training so far, and the AUC of the
validation part. Threads: OMP_NUM_THREADS.
"""
import json
import os
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

from rules import AlgorithmOne


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


def auc(scores, labels):
    """The share of pairs in the right order; equal scores count half."""
    values, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    positives = labels.sum()
    return (ranks[labels == 1].sum() - positives * (positives + 1) / 2) / (positives * (len(labels) - positives))


def read(folder, tape):
    """The weights by name, and the samples by part."""
    values, at, weights = np.fromfile(os.path.join(folder, "weights.bin"), "<f4"), 0, {}
    for w in tape["weights"]:
        n = w["rows"] * w["columns"]
        weights[w["name"]] = torch.from_numpy(values[at:at + n].reshape(w["rows"], w["columns"]).copy()).requires_grad_()
        at += n
    parts = {}
    for part in "train", "valid":
        ids = np.fromfile(os.path.join(folder, part + "-ids.bin"), "<i4").reshape(-1, tape["fields"])
        labels = np.fromfile(os.path.join(folder, part + "-labels.bin"), "<f4")
        parts[part] = torch.from_numpy(ids.astype(np.int64)), torch.from_numpy(labels.copy())
    return weights, parts


def solvers(rule, tables, dense, lr, alpha):
    if rule == "algorithm1":
        return [AlgorithmOne(tables, lr, alpha), AlgorithmOne(dense, lr, 0)]
    if rule == "sparse":
        return [torch.optim.SparseAdam(tables, lr=lr), torch.optim.Adam(dense, lr=lr)]
    return [torch.optim.Adam(tables + dense, lr=lr)]


def main(folder, name, rule, lr, alpha):
    with open(os.path.join(folder, "tape.json")) as f:
        tape = json.load(f)
    weights, parts = read(folder, tape)
    model = getattr(Model(weights, rule != "dense"), name)
    tables = [weights[w["name"]] for w in tape["weights"] if w["table"]]
    dense = [weights[w["name"]] for w in tape["weights"] if not w["table"]]
    ids, labels = parts["train"]
    rules, size, samples = solvers(rule, tables, dense, lr, alpha), tape["batch_size"], tape["samples"]
    step, seconds, cpu = 0, 0.0, 0.0

    def evaluate():
        with torch.no_grad():
            scores = torch.cat([model(part)[:, 0] for part in parts["valid"][0].split(4096)]).double().numpy()
        print(json.dumps({"step": step, "seconds": seconds, "cpu_seconds": cpu, "valid_auc": auc(scores, parts["valid"][1].numpy())}), flush=True)

    for epoch in range(tape["epochs"]):
        for within, first in enumerate(range(0, samples, size), 1):
            batch = slice(epoch * samples + first, epoch * samples + min(first + size, samples))
            start, used = time.perf_counter(), time.process_time()
            loss = F.binary_cross_entropy_with_logits(model(ids[batch])[:, 0], labels[batch])
            for s in rules:
                s.zero_grad(set_to_none=True)
            loss.backward()
            for s in rules:
                s.step()
            seconds, cpu, step = seconds + time.perf_counter() - start, cpu + time.process_time() - used, step + 1
            if within % tape["every"] == 0 or first + size >= samples:
                evaluate()


main(sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4]), float(sys.argv[5]))
