"""Scores the stored models by the description in docs/model-file.md, without the library, and prints what StoredModelTests expects.

Made with Python 3.11. The zips were saved by the first version of the library (format version 1) and are never written again.
"""
import json
import math
import struct
import zipfile

ROWS = [[0.0, 0.0, 7.0], [1.5, -1.0, 7.0], [-1.75, 0.5, 7.0], [-0.25, 1.25, -100.0]]


def network(file):
    with zipfile.ZipFile(file) as archive:
        data = archive.read(next(name for name in archive.namelist() if name.endswith("/Model/Network")))
    magic, version, length, count = struct.unpack_from("<8siii", data)
    assert (magic, version) == (b"BACKPROP", 1)
    return json.loads(data[20:20 + length]), list(struct.unpack_from(f"<{count}f", data, 20 + length))


def score(file, x):
    header, floats = network(file)
    layers = header["layers"]
    take = lambda count: [floats.pop(0) for _ in range(count)]
    parameters = [(take(l["inputs"] * l["outputs"]), take(l["outputs"])) if l["type"] == "Dense" else None for l in layers]
    means, factors = take(len(x)), take(len(x))
    x = [(v - m) * f for v, m, f in zip(x, means, factors)]
    for layer, values in zip(layers, parameters):
        if layer["type"] == "Dense":
            w, b = values
            x = [sum(v * w[i * len(b) + j] for i, v in enumerate(x)) + b[j] for j in range(len(b))]
        else:
            x = [{"ReLU": lambda v: max(v, 0), "Tanh": math.tanh, "Sigmoid": lambda v: 1 / (1 + math.exp(-v))}[layer["activation"]["type"]](v) for v in x]
    if header["targetsAreStandardized"]:
        means, factors = take(len(x)), take(len(x))
        x = [v / f + m for v, m, f in zip(x, means, factors)]
    assert not floats
    kind = header["loss"]["type"]
    if kind == "LogisticLoss":
        return [x[0], 1 / (1 + math.exp(-x[0]))]
    if kind == "SoftmaxCrossEntropy":
        total = sum(map(math.exp, x))
        return [math.exp(v) / total for v in x]
    return x


for task in ("binary", "multiclass", "regression"):
    for x in ROWS:
        print(task, x, [float(f"{v:.8g}") for v in score(f"{task}-v1.zip", x)])
