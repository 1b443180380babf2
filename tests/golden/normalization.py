"""Writes normalization.json: ten steps of a network with a normalization layer. README.md beside this file says how to run it.

Parameters: for each dense layer W [inputs x outputs] row-major, then b; for batch normalization scale, shift, running mean and
running variance; for layer normalization scale and shift.
"""
import numpy as np
import torch

from generate import ROWS, features, parameters, report, rounded, write

WIDTHS = [3, 5, 2]


def network_of(layers, normalization, dtype):
    modules = []
    for number, (w, b) in enumerate(layers):
        dense = torch.nn.Linear(*w.shape)
        dense.weight.data = torch.tensor(w.T.copy(), dtype=dtype)
        dense.bias.data = torch.tensor(b, dtype=dtype)
        modules.append(dense)
        if number == 0:
            modules += [normalization(w.shape[1]).to(dtype), torch.nn.Tanh()]
    return torch.nn.Sequential(*modules)


def flat(network):
    parts = []
    for module in network:
        if isinstance(module, torch.nn.Linear):
            parts += [module.weight.T, module.bias]
        elif not isinstance(module, torch.nn.Tanh):
            parts += [module.weight, module.bias]
            if isinstance(module, torch.nn.BatchNorm1d):
                parts += [module.running_mean, module.running_var]
    return np.concatenate([part.detach().numpy().ravel() for part in parts])


def run(layers, normalization, x, y, dtype, decay):
    network = network_of(layers, normalization, dtype).train()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1, weight_decay=decay)
    initial, losses = flat(network), []
    for _ in range(10):
        optimizer.zero_grad()
        loss = torch.nn.MSELoss()(network(torch.tensor(x, dtype=dtype)), torch.tensor(y, dtype=dtype))
        loss.backward()
        optimizer.step()
        losses.append(loss.detach().numpy()[()])
    trained = flat(network)
    scores = network.eval()(torch.tensor(x, dtype=dtype)).detach().numpy().ravel()
    return dict(initial=initial, losses=losses, afterStep10=trained, scores=scores)


def main():
    torch.set_num_threads(1)
    random = np.random.RandomState(5)
    x, layers, y = features(random, WIDTHS[0]), parameters(random, WIDTHS), rounded(random.uniform(-1, 1, (ROWS, WIDTHS[-1])))
    settings = [
        ("BatchNormalization", lambda n: torch.nn.BatchNorm1d(n), dict(momentum=0.1, epsilon=1e-5)),
        ("BatchNormalization", lambda n: torch.nn.BatchNorm1d(n, momentum=0.5, eps=0.1), dict(momentum=0.5, epsilon=0.1)),
        ("LayerNormalization", lambda n: torch.nn.LayerNorm(n), dict(momentum=0, epsilon=1e-5)),
        ("LayerNormalization", lambda n: torch.nn.LayerNorm(n, eps=0.1), dict(momentum=0, epsilon=0.1)),
    ]
    runs = []
    for (name, make, numbers), decay in [(setting, decay) for decay in (0, 0.3) for setting in settings]:
        numbers = dict(numbers, decay=decay)
        single, exact = (run(layers, make, x, y, dtype, decay) for dtype in (torch.float32, torch.float64))
        report(f"{name} {numbers}", **{key: (single[key], exact[key]) for key in single})
        runs.append(dict(layer=name, **numbers, **single))
    write("normalization", dict(
        network="dense, normalization, tanh, dense; mean squared error; gradient descent with rate 0.1; all rows in every step; decay (L2) of all learned parameters",
        widths=WIDTHS, features=x.ravel(), targets=y.ravel(), runs=runs))


if __name__ == "__main__":
    main()
