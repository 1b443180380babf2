"""Writes network-v1.bin by the description in NetworkFormat.cs, without the library, and prints what it must predict.

Made with Python 3.11. Version 1 of the format is frozen: this file is evidence, not a tool, and network-v1.bin is never written again.
"""
import hashlib
import json
import math
import struct

header = json.dumps({
    "loss": {"type": "SquaredError"},
    "layers": [
        {"type": "Dense", "inputs": 3, "outputs": 4},
        {"type": "ActivationLayer", "width": 4, "activation": {"type": "Tanh"}},
        {"type": "Dense", "inputs": 4, "outputs": 2},
    ],
    "inputsAreStandardized": True,
    "targetsAreStandardized": True,
    "history": [
        {"epoch": 1, "learningRate": 0.001, "trainingLoss": 0.75, "validationLoss": None},
        {"epoch": 2, "learningRate": 0.001, "trainingLoss": 0.5, "validationLoss": 0.625},
    ],
    "bestEpoch": 2,
}, separators=(",", ":")).encode()

# Eighths are exact in a float, so nothing is rounded on the way into the file.
w1 = [[0.5, -0.25, 1.0, 0.125], [-0.75, 0.375, 0.25, -1.0], [0.125, 0.5, -0.625, 0.875]]
b1 = [0.125, -0.25, 0.5, 0.0]
w2 = [[1.0, -0.5], [0.25, 0.75], [-1.25, 0.375], [0.5, -0.875]]
b2 = [0.25, -0.125]
input_means, input_factors = [1.0, -2.0, 100.0], [0.5, 0.25, 0.0]
target_means, target_factors = [10.0, -20.0], [0.5, 4.0]

floats = [*sum(w1, []), *b1, *sum(w2, []), *b2, *input_means, *input_factors, *target_means, *target_factors]
body = b"BACKPROP" + struct.pack("<iii", 1, len(header), len(floats)) + header + struct.pack(f"<{len(floats)}f", *floats)
with open("network-v1.bin", "wb") as file:
    file.write(body + hashlib.sha256(body).digest())

for x in ([0.0, 0.0, 0.0], [3.0, 2.0, 105.0], [-4.0, 6.5, -7.0]):
    z = [(v - m) * f for v, m, f in zip(x, input_means, input_factors)]
    h = [math.tanh(sum(z[i] * w1[i][j] for i in range(3)) + b1[j]) for j in range(4)]
    s = [sum(h[i] * w2[i][j] for i in range(4)) + b2[j] for j in range(2)]
    print(x, [v / f + m for v, m, f in zip(s, target_means, target_factors)])
