"""Times predictions of PyTorch in inference mode, of a model that was recorded, after it has found them equal to those recorded.

    python3 predict.py FOLDER MODEL SECONDS TOLERANCE

prints a JSON line for each kind of calls: the milliseconds of the median call, or of the fastest pass over a part.
Threads: OMP_NUM_THREADS.
"""
import json
import os
import sys
import time

import numpy as np
import torch

from recorded import Model, read_weights


def read_calls(folder, calls, fields):
    """The batches of calls, and the logits that were recorded of each."""
    shape = calls["calls"], calls["samples"]
    path = os.path.join(folder, calls["name"])
    ids = np.fromfile(path + ".ids", "<i4").reshape(*shape, len(fields)) + np.array([f["first"] for f in fields])
    return torch.from_numpy(ids.astype(np.int64)), torch.from_numpy(np.fromfile(path + ".logits", "<f4").reshape(*shape, 1))


def check(model, batches, logits, tolerance):
    """Ends the program if another logit comes out than was recorded."""
    largest = max(float((model(ids) - of).abs().max()) for ids, of in zip(batches, logits))
    if not largest <= tolerance:
        sys.exit("its logits differ from those recorded by up to %.2g" % largest)


def times(seconds, what):
    """The sorted milliseconds of calls of what, with 0, 1 and so on."""
    took, begin = [], time.perf_counter()
    while not took or time.perf_counter() - begin < seconds:
        start = time.perf_counter()
        what(len(took))
        took.append((time.perf_counter() - start) * 1e3)
    return sorted(took)


def measure(model, batches, is_part, seconds):
    """The fastest pass over a part, or the median of calls."""
    if is_part:
        return times(seconds, lambda _: torch.cat([model(ids) for ids in batches]))[0]
    took = times(seconds, lambda i: torch.sigmoid(model(batches[i % len(batches)])))
    return took[len(took) // 2]


def main(folder, name, seconds, tolerance):
    with open(os.path.join(folder, "predictions.json")) as f:
        recorded = json.load(f)
    model = getattr(Model(read_weights(folder, recorded["weights"]), False), name)
    with torch.inference_mode():
        for calls in recorded["calls"]:
            batches, logits = read_calls(folder, calls, recorded["fields"])
            check(model, batches, logits, tolerance)
            print(json.dumps({"name": calls["name"], "ms": measure(model, list(batches), calls["part"], seconds)}))


main(sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4]))
