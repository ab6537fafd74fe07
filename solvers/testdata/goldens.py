#!/usr/bin/python3
"""Makes pytorch.json: what PyTorch's optimizers do with given gradients, in float64.

    /usr/bin/python3 solvers/testdata/goldens.py        (Debian's python3-torch, 1.13.1)

There is a table of 6 rows x 5, of which a step touches some, and a dense weight of 3 x 4. PyTorch
knows the table as a dense parameter whose gradient is zero in the rows that are not touched; SparseAdam
gets a sparse gradient, and an eps so small that it does not matter where it stands.
"""
import json, os
import numpy as np
import torch

torch.set_default_dtype(torch.float64)
HERE = os.path.dirname(os.path.abspath(__file__))
ROWS, DIM, STEPS, SNAPSHOTS = 6, 5, 200, (1, 2, 10, 60, 200)

rng = np.random.Generator(np.random.PCG64(4))
single = lambda size, *shape: (rng.normal(size=shape) * size).astype(np.float32).astype(np.float64)
table, dense = single(0.1, ROWS, DIM), single(0.3, 3, 4)
steps = []
for k in range(STEPS):
    rows = [r for r in range(ROWS) if rng.random() < 0.8 ** r / 2] or [0]
    steps.append(dict(rows=rows, values=np.stack([single(10.0 ** -(1 + r), DIM) for r in rows]),
                      dense=single(1e-2, 3, 4)))

adam, adamw, adagrad, sparse = torch.optim.Adam, torch.optim.AdamW, torch.optim.Adagrad, torch.optim.SparseAdam
CASES = [
    ("adam", adam, dict(lr=1e-2)),
    ("adam betas", adam, dict(lr=1e-2, betas=(0.7, 0.95), eps=1e-3)),
    ("adamw", adamw, dict(lr=1e-2, weight_decay=0.5)),
    ("adagrad", adagrad, dict(lr=1e-1)),
    ("adagrad eps", adagrad, dict(lr=1e-1, eps=1e-2)),
    ("sparse adam", sparse, dict(lr=1e-2, eps=1e-30)),
]


def train(make, settings):
    parameters = [torch.nn.Parameter(torch.tensor(w)) for w in (table, dense)]
    is_sparse = make is sparse
    optimizer = make(parameters[:1] if is_sparse else parameters, **settings)
    snapshots = []
    for k, step in enumerate(steps, 1):
        values = torch.tensor(step["values"])
        if is_sparse:
            parameters[0].grad = torch.sparse_coo_tensor(torch.tensor([step["rows"]], dtype=torch.int64), values, (ROWS, DIM))
        else:
            parameters[0].grad = torch.zeros(ROWS, DIM)
            parameters[0].grad[step["rows"]] = values
            parameters[1].grad = torch.tensor(step["dense"])
        optimizer.step()
        if k in SNAPSHOTS:
            snapshots.append(dict(step=k, table=flat(parameters[0].detach()), dense=[] if is_sparse else flat(parameters[1].detach())))
    return snapshots


flat = lambda x: [float("%.12g" % v) for v in np.asarray(x).ravel()]
golden = dict(
    made_by="solvers/testdata/goldens.py, torch " + torch.__version__,
    table=flat(table), dense=flat(dense),
    steps=[dict(rows=s["rows"], values=flat(s["values"]), dense=flat(s["dense"])) for s in steps],
    cases={name: train(make, settings) for name, make, settings in CASES})
with open(os.path.join(HERE, "pytorch.json"), "w") as f:
    json.dump(golden, f)
    f.write("\n")
