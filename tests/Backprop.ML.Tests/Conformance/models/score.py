"""Scores the stored models by the description in docs/reference/model-file.md, without the library, and writes scores.json for StoredModelTests.

Made with Python 3.11. README.md says when to run it.
"""
import hashlib
import json
import math
import pathlib
import struct
import zipfile

FOLDER = pathlib.Path(__file__).parent
ROWS = [[0.0, 0.0, 7.0], [1.5, -1.0, 7.0], [-1.75, 0.5, 7.0], [-0.25, 1.25, -100.0]]


def check(archive, folder):
    """Compares every entry of a folder with the checksum at the end of its Model.key."""
    key = bytearray(archive.read(folder + "/Model.key"))
    end = 256 + struct.unpack_from("<q", key, 0x18)[0]
    length, digest = struct.unpack_from("<i32s", key, end - 36)
    key[end - 32:end] = bytes(32)
    assert hashlib.sha256(key).digest() == digest, folder
    first, place, *lines = key[end - 36 - length:end - 36].decode().splitlines()
    assert (first, place) == ("Backprop.ML checksum 1", "folder " + folder)
    for name, size, sha in map(str.split, lines):
        data = archive.read(f"{folder}/{name}")
        assert (len(data), hashlib.sha256(data).hexdigest()) == (int(size), sha), name
    return [name for name, *_ in map(str.split, lines)]


def network(file):
    with zipfile.ZipFile(FOLDER / file) as archive:
        model = next(name for name in archive.namelist() if name.endswith("/Model/Network")).removesuffix("/Network")
        folder = model.removesuffix("/Model")
        covered = {f"{folder}/{name}" for name in check(archive, folder)} | {f"{model}/{name}" for name in check(archive, model)}
        ours = {name for name in archive.namelist() if name.startswith(folder + "/") and name != folder + "/Model.key"}
        assert ours == covered, ours ^ covered
        data = archive.read(model + "/Network")
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


scores = {task: [[float(f"{v:.8g}") for v in score(f"{task}-v1.zip", x)] for x in ROWS] for task in ("binary", "multiclass", "regression")}
(FOLDER / "scores.json").write_text(json.dumps(scores, indent=2) + "\n")
