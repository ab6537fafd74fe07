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

from recorded import Model, read_weights
from rules import AlgorithmOne


def auc(scores, labels):
    """The share of pairs in the right order; equal scores count half."""
    values, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    positives = labels.sum()
    return (ranks[labels == 1].sum() - positives * (positives + 1) / 2) / (positives * (len(labels) - positives))


def read(folder, tape):
    """The weights by name, and the samples by part."""
    weights = {name: w.requires_grad_() for name, w in read_weights(folder, tape["weights"]).items()}
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
