"""Writes embeddings.json: outputs and gradients of the layers that embed numbers and categories. README.md beside this file says how to run it.

The objective is sum(y * factors). Parameters stand as in the layers' documentation; a weight matrix is [inputs x outputs] row-major.
The last feature of each example is not embedded, but for categories, where it comes first.
"""
import numpy as np
import torch

from generate import rounded, write

ROWS, FEATURES, FREQUENCIES, BINS, DIMENSION = 7, 2, 5, 4, 3
COUNTS, DIMENSIONS = [3, 6], [2, 4]


def leaf(values):
    return torch.tensor(values, dtype=torch.float64, requires_grad=True)


def plr(x, parts):
    frequencies, weights, biases = parts
    angles = 2 * torch.pi * frequencies * x[:, :FEATURES, None]
    waves = torch.cat([torch.cos(angles), torch.sin(angles)], -1)
    return torch.relu(torch.einsum("rfi,fio->rfo", waves, weights) + biases)


def pbld(x, parts):
    frequencies, phases, weights, biases = parts
    waves = torch.cos(2 * torch.pi * frequencies * x[:, :FEATURES, None] + phases)
    return torch.cat([x[:, :FEATURES, None], torch.einsum("rfi,fio->rfo", waves, weights) + biases], -1)


def ple(x, parts):
    boundaries, weights, biases = parts
    lower, upper = boundaries[:, :-1], boundaries[:, 1:]
    shares = (x[:, :FEATURES, None] - lower) / (upper - lower)
    inner = torch.clamp(shares, 0, 1)
    first, last = torch.minimum(shares[..., :1], torch.ones(1)), torch.maximum(shares[..., -1:], torch.zeros(1))
    encoded = torch.cat([first, inner[..., 1:-1], last], -1)
    return torch.relu(torch.einsum("rfi,fio->rfo", encoded, weights) + biases)


def case(name, random, embed, sizes, x, boundaries=None):
    parts = [leaf(rounded(random.uniform(-1, 1, size))) for size in sizes]
    if boundaries is not None:
        parts[0] = leaf(boundaries)
    x = leaf(x)
    y = torch.cat([embed(x, parts).reshape(ROWS, -1), x[:, FEATURES:]], 1)
    return finish(name, random, parts, x, y)


def finish(name, random, parts, x, y):
    factors = rounded(random.uniform(-1, 1, tuple(y.shape)))
    (y * torch.tensor(factors, dtype=torch.float64)).sum().backward()
    flat = lambda tensor: tensor.detach().numpy().ravel()
    return dict(name=name, factors=factors.ravel(), y=flat(y), dx=flat(x.grad), parts=[flat(part) for part in parts], dParts=[flat(part.grad) for part in parts])


def entity(random, codes):
    tables = [leaf(rounded(random.normal(size=(count + 1, d)))) for count, d in zip(COUNTS, DIMENSIONS)]
    number = leaf(rounded(random.uniform(-1, 1, (ROWS, 1))))
    vectors = [torch.nn.functional.embedding(torch.tensor(codes[:, k]), table) for k, table in enumerate(tables)]
    result = finish("entity", random, tables, number, torch.cat([number, *vectors], 1))
    return result, number.detach().numpy().ravel()


def main():
    random = np.random.RandomState(9)
    x = rounded(random.uniform(-2, 2, (ROWS, FEATURES + 1)))
    boundaries = np.array([[-1.5, -0.7, -0.1, 0.6, 1.4], [-1.0, -0.8, 0.3, 0.5, 0.9]])
    group = (FEATURES, DIMENSION)
    cases = [
        case("plr", random, plr, [(FEATURES, FREQUENCIES), (FEATURES, 2 * FREQUENCIES, DIMENSION), group], x),
        case("pbld", random, pbld, [(FEATURES, FREQUENCIES), (FEATURES, FREQUENCIES), (FEATURES, FREQUENCIES, DIMENSION), group], x),
        case("ple", random, ple, [(FEATURES, BINS + 1), (FEATURES, BINS, DIMENSION), group], x, boundaries),
    ]
    codes = np.stack([random.randint(0, count + 1, ROWS) for count in COUNTS], 1)
    categories, number = entity(random, codes)
    write("embeddings", dict(
        rows=ROWS, features=FEATURES, frequencies=FREQUENCIES, bins=BINS, dimension=DIMENSION, x=x.ravel(),
        counts=COUNTS, dimensions=DIMENSIONS, codes=codes.ravel().tolist(), number=number, cases=cases + [categories]))


if __name__ == "__main__":
    main()
