"""Trains the RealMLP recipe (Holzmüller, Grinsztajn and Steinwart 2024, arXiv:2407.04491) with PyTorch as often as it is asked to, and
prints the seconds of each training.

Arguments: a file of float32 training features, one of targets, the same for validation, the count of numbers among the features, the
category counts of one-hot features and of embedded features (joined by commas), "classes" or "number", learning rate, epochs, batch size,
units, threads. The first line of output is the number of parameters. Every line on standard input asks for one training. Network,
optimizer, schedules, batches and validation are those of the benchmark's recipe. Robust scaling and one-hot columns are prepared once for
each training, as ours are.
"""
import math
import sys
import time

import numpy
import torch
from torch import nn

(x_file, y_file, x_valid_file, y_valid_file, numbers, few, many, kind, rate, epochs, batch_size, units, threads) = sys.argv[1:]
numbers, epochs, batch_size, units, rate = int(numbers), int(epochs), int(batch_size), int(units), float(rate)
few, many = ([int(count) for count in counts.split(",")] for counts in (few, many))
columns = numbers + len(few) + len(many)
torch.set_num_threads(int(threads))
torch.manual_seed(1)


def read(path, width):
    return torch.from_numpy(numpy.fromfile(path, dtype=numpy.float32).reshape(-1, width))


x, y, x_valid, y_valid = read(x_file, columns), read(y_file, 1), read(x_valid_file, columns), read(y_valid_file, 1)


class NumericEmbedding(nn.Module):
    """Of each number: itself, and 3 linear maps of 16 cosines with learned frequencies and phases (PBLD)."""

    def __init__(self):
        super().__init__()
        self.frequencies = nn.Parameter(0.1 * torch.randn(numbers, 16))
        self.phases = nn.Parameter(math.pi * (2 * torch.rand(numbers, 16) - 1))
        self.weights = nn.Parameter((2 * torch.rand(numbers, 16, 3) - 1) / 4)
        self.biases = nn.Parameter((2 * torch.rand(numbers, 3) - 1) / 4)

    def forward(self, x):
        waves = torch.cos(2 * math.pi * x.unsqueeze(-1) * self.frequencies + self.phases)
        mapped = torch.einsum("bfw,fwo->bfo", waves, self.weights) + self.biases
        return torch.cat([x.unsqueeze(-1), mapped], dim=-1).flatten(1)


class NtkLinear(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.randn(inputs, outputs)), nn.Parameter(torch.randn(outputs))
        self.factor = 1 / math.sqrt(inputs)

    def forward(self, x):
        return torch.addmm(self.bias, x, self.weight, alpha=self.factor)


class ParametricActivation(nn.Module):
    def __init__(self):
        super().__init__()
        self.alpha = nn.Parameter(torch.ones(units))

    def forward(self, x):
        activated = nn.functional.selu(x) if kind == "classes" else nn.functional.mish(x)
        return x + self.alpha * (activated - x)


class RealMlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.numeric = NumericEmbedding()
        self.embeddings = nn.ModuleList([nn.Embedding(count + 1, 8) for count in many])
        width = 4 * numbers + sum(count if count > 2 else 1 for count in few) + 8 * len(many)
        self.scale = nn.Parameter(torch.ones(width))
        self.dropouts = [nn.Dropout(0.15) for _ in range(3)]
        hidden = []
        for inputs, dropout in zip((width, units, units), self.dropouts):
            hidden += [NtkLinear(inputs, units), ParametricActivation(), dropout]
        self.layers = nn.Sequential(*hidden, NtkLinear(units, 1))

    def forward(self, parts):
        real, one_hot, keys = parts
        embedded = [embedding(keys[:, i]) for i, embedding in enumerate(self.embeddings)]
        return self.layers(torch.cat([self.numeric(real), one_hot, *embedded], dim=1) * self.scale)

    def groups(self):
        layers = list(self.layers)
        linear = [layer for layer in layers if isinstance(layer, NtkLinear)]
        acts = [layer.alpha for layer in layers if isinstance(layer, ParametricActivation)]
        # parameters, factor of the learning rate, factor of the weight decay
        return [
            ([layer.weight for layer in linear] + [embedding.weight for embedding in self.embeddings], 1, 1),
            ([layer.bias for layer in linear], 0.1, 0), ([self.scale], 6, 6), (list(self.numeric.parameters()), 0.1, 0.1), (acts, 0.1, 0.1)]


def prepared(values, median, factor):
    scaled = (values[:, :numbers] - median) * factor
    real = scaled / torch.sqrt(1 + (scaled / 3) ** 2)
    one_hot = [nn.functional.one_hot(values[:, numbers + i].long() - 1, count).float() for i, count in enumerate(few)]
    one_hot = [part if part.shape[1] > 2 else part[:, :1] for part in one_hot]  # two values need one column
    return real, torch.cat(one_hot, dim=1), values[:, numbers + len(few):].long()


def flat_cosine(progress):
    return 1 if progress < 0.5 else (1 + math.cos(2 * math.pi * (progress - 0.5))) / 2


def loss_of(scores, targets):
    if kind == "classes":
        return nn.functional.binary_cross_entropy_with_logits(scores, 0.05 + 0.9 * targets)
    return nn.functional.mse_loss(scores, targets)


def train():
    quartiles = torch.quantile(x[:, :numbers], torch.tensor([0.25, 0.5, 0.75]), dim=0)
    factor = 1 / (quartiles[2] - quartiles[0])
    learned, held_out = prepared(x, quartiles[1], factor), prepared(x_valid, quartiles[1], factor)
    targets = y if kind == "classes" else (y - y.mean()) / y.std()
    network = RealMlp()
    optimizer = torch.optim.AdamW(
        [dict(params=parameters, factor=factor, decay=decay) for parameters, factor, decay in network.groups()],
        lr=rate, betas=(0.9, 0.95), foreach=True)
    batches = math.ceil(len(x) / batch_size)
    step, best, kept = 0, -math.inf, None
    for _ in range(epochs):
        network.train()
        order = torch.randperm(len(x))
        for first in range(0, len(x), batch_size):
            progress = step / (epochs * batches)
            step += 1
            height = (1 - math.cos(2 * math.pi * math.log2(1 + 15 * progress))) / 2
            for dropout in network.dropouts:
                dropout.p = 0.15 * flat_cosine(progress)
            for group in optimizer.param_groups:
                group["lr"], group["weight_decay"] = rate * height * group["factor"], 0.02 * flat_cosine(progress) * group["decay"]
            rows = order[first:first + batch_size]
            optimizer.zero_grad(set_to_none=True)
            loss_of(network([part[rows] for part in learned]), targets[rows]).backward()
            optimizer.step()
        network.eval()
        with torch.no_grad():
            scores = torch.cat([network([part[i:i + 4096] for part in held_out]) for i in range(0, len(x_valid), 4096)])
        if kind == "classes":
            metric = ((scores > 0) == (y_valid > 0.5)).float().mean().item()
        else:
            metric = -(scores * y.std() + y.mean() - y_valid).square().mean().item()
        if metric >= best:
            best, kept = metric, [parameter.detach().clone() for parameter in network.parameters()]
    return best


print(sum(parameter.numel() for parameter in RealMlp().parameters()), flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    result = train()
    print(time.perf_counter() - start, result, flush=True)
