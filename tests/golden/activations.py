"""Writes activations.json: values and slopes of every activation. README.md beside this file says how to run it."""
import numpy as np
import torch

from generate import write



class Reflected(torch.nn.Module):
    """The concave activation of Runje and Shankaranarayana (2023), of ELU."""

    def forward(self, x):
        return -torch.nn.functional.elu(-x)


class Saturated(torch.nn.Module):
    """The bounded activation of Runje and Shankaranarayana (2023), of ELU."""

    def forward(self, x):
        elu, one = torch.nn.functional.elu, torch.ones((), dtype=x.dtype)
        return torch.where(x < 0, elu(x + 1) - elu(one), elu(one) - elu(1 - x))


ACTIVATIONS = {
    "ELU": torch.nn.ELU(), "GELU": torch.nn.GELU(), "GELU with tanh": torch.nn.GELU(approximate="tanh"), "HardSigmoid": torch.nn.Hardsigmoid(),
    "HardSwish": torch.nn.Hardswish(), "HardTanh": torch.nn.Hardtanh(), "Identity": torch.nn.Identity(), "LeakyReLU": torch.nn.LeakyReLU(),
    "Mish": torch.nn.Mish(), "PReLU": torch.nn.PReLU(), "Reflected": Reflected(), "ReLU": torch.nn.ReLU(),
    "Saturated": Saturated(), "SELU": torch.nn.SELU(), "Sigmoid": torch.nn.Sigmoid(),
    "SiLU": torch.nn.SiLU(), "Softplus": torch.nn.Softplus(), "Softsign": torch.nn.Softsign(), "Tanh": torch.nn.Tanh(),
}


def run(activation, points):
    """Values and slopes in float64: PyTorch's float32 loses digits in the tails."""
    x = torch.tensor(points.astype(np.float64), requires_grad=True)
    y = activation.double()(x)
    y.sum().backward()
    return y.detach().numpy(), x.grad.numpy()


def main():
    # No corner of any of them is among the points: there, both one-sided slopes are right.
    points = np.concatenate([-np.geomspace(1e-4, 30, 23)[::-1], np.geomspace(1e-4, 30, 23)]).round(6).astype(np.float32)
    runs = []
    for name, activation in ACTIVATIONS.items():
        values, slopes = run(activation, points)
        runs.append(dict(activation=name, values=values, slopes=slopes))
    write("activations", dict(points=points, runs=runs))


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
