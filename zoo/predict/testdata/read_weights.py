# Reads a checkpoint with nothing but the standard library, and prints what is in it: for every file
# its SHA-256, for every weight its shape, its SHA-256 and the sum of its values in their order.

import hashlib
import json
import os
import struct
import sys


def tensors(path):
    """Yields name, shape and bytes of all tensors of a safetensors file of float32."""
    with open(path, "rb") as f:
        data = f.read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    for name, entry in header.items():
        assert entry["dtype"] == "F32", entry
        begin, end = entry["data_offsets"]
        yield name, entry["shape"], data[8 + length + begin : 8 + length + end]


def total(values):
    # Not sum(): that of some versions rounds in another way.
    result = 0.0
    for value in values:
        result += value
    return result


checkpoint = sys.argv[1]
with open(os.path.join(checkpoint, "manifest.json"), "rb") as f:
    manifest = json.load(f)["content"]
report = {"files": {}, "weights": {}}
for name in manifest["parts"]:
    with open(os.path.join(checkpoint, name), "rb") as f:
        data = f.read()
    report["files"][name] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
for name, shape, data in tensors(os.path.join(checkpoint, "weights.safetensors")):
    values = struct.unpack("<%df" % (len(data) // 4), data)
    report["weights"][name] = {
        "shape": shape,
        "sha256": hashlib.sha256(data).hexdigest(),
        "sum": total(values),
    }
json.dump(report, sys.stdout)
