"""Writes the golden values that Backprop.Core.Tests compares with. README.md beside this file says how to run it.

Layout of every parameter vector: for each dense layer W [inputs x outputs] row-major, then b. PyTorch keeps W as
[outputs x inputs], scikit-learn as [inputs x outputs].
"""
import json
import platform
import warnings
from pathlib import Path

import numpy as np
import sklearn
import torch
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler

FOLDER = Path(__file__).parent
VERSIONS = {
    "python": platform.python_version(),
    "numpy": np.__version__,
    "torch": torch.__version__,
    "scikit-learn": sklearn.__version__,
}
ROWS = 7


# --- Data: few decimals, so that the numbers in the files are the exact inputs of both sides -------------------------

def rounded(values, decimals=2):
    return np.round(values, decimals).astype(np.float32)


def features(random, columns):
    return rounded(random.uniform(-2, 2, (ROWS, columns)))


def parameters(random, widths):
    """Weights in +-1 and biases in +-0.5, one pair per layer; W is [inputs x outputs]."""
    return [(rounded(random.uniform(-1, 1, (i, o))), rounded(random.uniform(-0.5, 0.5, o)))
            for i, o in zip(widths, widths[1:])]


def flat(layers):
    return np.concatenate([part.ravel() for layer in layers for part in layer])


# --- PyTorch ---------------------------------------------------------------------------------------------------------

ACTIVATIONS = {"Identity": torch.nn.Identity, "ReLU": torch.nn.ReLU, "Sigmoid": torch.nn.Sigmoid, "Tanh": torch.nn.Tanh}


def torch_network(layers, activation, dtype):
    modules = []
    for w, b in layers:
        dense = torch.nn.Linear(*w.shape)
        dense.weight.data = torch.tensor(w.T.copy(), dtype=dtype)
        dense.bias.data = torch.tensor(b, dtype=dtype)
        modules += [dense, ACTIVATIONS[activation]()]
    return torch.nn.Sequential(*modules[:-1])


def torch_flat(network, of):
    return np.concatenate([part.detach().numpy().ravel()
                           for module in network if isinstance(module, torch.nn.Linear)
                           for part in (of(module.weight).T, of(module.bias))])


def torch_run(make_optimizer, layers, x, classes, dtype):
    network = torch_network(layers, "Tanh", dtype)
    optimizer = make_optimizer(network.parameters())
    loss_function = torch.nn.CrossEntropyLoss()
    losses, after = [], []
    for _ in range(10):
        optimizer.zero_grad()
        loss = loss_function(network(torch.tensor(x, dtype=dtype)), torch.tensor(classes))
        loss.backward()
        optimizer.step()
        losses.append(loss.detach().numpy()[()])
        # Some predict with other parameters than those they take gradients at.
        after.append(torch_flat(network, lambda p: optimizer.predictor(p) if hasattr(optimizer, "predictor") else p))
    return losses, after[0], after[9]


class Lion(torch.optim.Optimizer):
    """Chen et al. (2023), arXiv:2302.06675, algorithm 2, with the decay before the step; PyTorch has none."""

    def __init__(self, parameters, lr, betas, weight_decay):
        super().__init__(parameters, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                mean = self.state[p].setdefault("mean", torch.zeros_like(p))
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.sub_(group["lr"] * torch.sign(beta1 * mean + (1 - beta1) * p.grad))
                mean.mul_(beta2).add_((1 - beta2) * p.grad)


class NAdam(torch.optim.Optimizer):
    """Dozat (2016), as PyTorch from 2.0 on: Debian's 1.13 multiplies the product of the momenta by the last one twice."""

    def __init__(self, parameters, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, momentum_decay=0.004):
        super().__init__(parameters, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, psi=momentum_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                state = self.state[p]
                if not state:
                    state.update(t=0, product=1.0, mean=torch.zeros_like(p), squares=torch.zeros_like(p))
                state["t"] += 1
                t, gradient = state["t"], p.grad + group["weight_decay"] * p
                mu, mu_next = (beta1 * (1 - 0.5 * 0.96 ** (s * group["psi"])) for s in (t, t + 1))
                state["product"] *= mu
                state["mean"].mul_(beta1).add_((1 - beta1) * gradient)
                state["squares"].mul_(beta2).add_((1 - beta2) * gradient ** 2)
                mean = mu_next * state["mean"] / (1 - state["product"] * mu_next) + (1 - mu) * gradient / (1 - state["product"])
                p.sub_(group["lr"] * mean / ((state["squares"] / (1 - beta2 ** t)).sqrt() + group["eps"]))


class Lookahead:
    """Zhang et al. (2019), arXiv:1907.08610, algorithm 1, around an optimizer of PyTorch, which has none."""

    def __init__(self, inner, steps, share):
        self.inner, self.steps, self.share, self.t = inner, steps, share, 0
        self.parameters = inner.param_groups[0]["params"]
        self.slow = [p.detach().clone() for p in self.parameters]
        self.zero_grad = inner.zero_grad

    @torch.no_grad()
    def step(self):
        self.inner.step()
        self.t += 1
        if self.t % self.steps == 0:
            for p, slow in zip(self.parameters, self.slow):
                slow.add_(self.share * (p - slow))
                p.copy_(slow)


class ScheduleFree(torch.optim.Optimizer):
    """Defazio et al. (2024), arXiv:2405.15682, algorithm 1 with Adam's correction of v in the root; PyTorch has none. The gradient is taken at y."""

    def __init__(self, parameters, lr, betas, eps, weight_decay):
        super().__init__(parameters, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                state = self.state[p]
                if not state:
                    state.update(t=0, x=p.clone(), z=p.clone(), squares=torch.zeros_like(p))
                state["t"] += 1
                state["squares"].mul_(beta2).add_((1 - beta2) * p.grad ** 2)
                root = (state["squares"] / (1 - beta2 ** state["t"])).sqrt() + group["eps"]
                state["z"].sub_(group["lr"] * (p.grad / root + group["weight_decay"] * p))
                state["x"].mul_(1 - 1 / state["t"]).add_(state["z"] / state["t"])
                p.copy_((1 - beta1) * state["z"] + beta1 * state["x"])

    def predictor(self, p):
        return self.state[p]["x"]


class Muon(torch.optim.Optimizer):
    """Jordan et al. (2024), with the weights of all layers but the last as matrices and AdamW for the rest; PyTorch 1.13 has none. The
    published code rounds the iteration to bfloat16; here it has the precision of the parameters."""

    def __init__(self, parameters, lr, momentum, iterations, interval, spectral, other_rate, betas, eps, weight_decay=0, l2=0):
        parameters = list(parameters)
        super().__init__(parameters, dict(lr=lr, weight_decay=weight_decay))
        self.matrices = [p for p in parameters if p.dim() == 2][:-1]
        self.momentum, self.iterations, self.interval, self.spectral = momentum, iterations, interval, spectral
        self.other_rate, self.betas, self.eps, self.l2, self.t = other_rate, betas, eps, l2, 0

    @staticmethod
    def orthogonalized(update, iterations):
        x = update.T if update.shape[0] > update.shape[1] else update
        x = x / (x.norm() + 1e-7)
        for _ in range(iterations):
            gram = x @ x.T
            x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
        return x.T if update.shape[0] > update.shape[1] else x

    @torch.no_grad()
    def step(self):
        self.t += 1
        for group in self.param_groups:
            for p in group["params"]:
                state = self.state[p]
                if not state:
                    state.update(mean=torch.zeros_like(p), squares=torch.zeros_like(p))
                gradient = p.grad + self.l2 * p
                index = next((i for i, matrix in enumerate(self.matrices) if matrix is p), None)
                if index is None:
                    rate, (beta1, beta2) = group["lr"] * self.other_rate, self.betas
                    state["mean"].mul_(beta1).add_((1 - beta1) * gradient)
                    state["squares"].mul_(beta2).add_((1 - beta2) * gradient ** 2)
                    root = (state["squares"] / (1 - beta2 ** self.t)).sqrt() + self.eps
                    direction = state["mean"] / (1 - beta1 ** self.t) / root
                else:
                    rate, beta = group["lr"], self.momentum
                    state["mean"].mul_(beta).add_((1 - beta) * gradient)
                    if self.t == 1 or (self.t - 1 + index) % self.interval == 0:
                        outputs, inputs = p.shape
                        scale = max(1, outputs / inputs) ** 0.5 if self.spectral else 0.2 * max(outputs, inputs) ** 0.5
                        update = beta * state["mean"] + (1 - beta) * gradient
                        state["direction"] = scale * self.orthogonalized(update, self.iterations)
                    direction = state["direction"]
                p.mul_(1 - rate * group["weight_decay"]).sub_(rate * direction)


def write_optimizers():
    widths = [3, 5, 4, 2]
    # A seed under which no gradient is nearly zero: Adam would divide rounding error by rounding error there, and no two
    # implementations would agree. The report below shows it: float32 and float64 part by 1e-7 only.
    random = np.random.RandomState(36)
    x, layers, classes = features(random, 3), parameters(random, widths), [0, 1, 1, 0, 1, 0, 0]
    optim = torch.optim
    adam = dict(beta1=0.9, beta2=0.999, epsilon=1e-8)
    other = dict(beta1=0.7, beta2=0.95, epsilon=0.1)
    torch_other = dict(betas=(0.7, 0.95), eps=0.1)
    # name, learning rate, coupled L2, decoupled weight decay, options, the same in PyTorch
    settings = [
        ("Sgd", 0.1, 0, 0, {}, lambda p: optim.SGD(p, lr=0.1)),
        ("Sgd", 0.1, 0.2, 0, {}, lambda p: optim.SGD(p, lr=0.1, weight_decay=0.2)),
        ("Momentum", 0.05, 0, 0, dict(coefficient=0.9), lambda p: optim.SGD(p, lr=0.05, momentum=0.9)),
        ("Momentum", 0.2, 0, 0, dict(coefficient=0.5), lambda p: optim.SGD(p, lr=0.2, momentum=0.5)),
        ("Momentum", 0.05, 0.2, 0, dict(coefficient=0.9), lambda p: optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=0.2)),
        ("Nesterov", 0.05, 0, 0, dict(coefficient=0.9), lambda p: optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True)),
        ("Nesterov", 0.05, 0.2, 0, dict(coefficient=0.5), lambda p: optim.SGD(p, lr=0.05, momentum=0.5, nesterov=True, weight_decay=0.2)),
        ("AdaGrad", 0.05, 0, 0, dict(epsilon=1e-10), lambda p: optim.Adagrad(p, lr=0.05)),
        ("AdaGrad", 0.1, 0.2, 0, dict(epsilon=0.1), lambda p: optim.Adagrad(p, lr=0.1, eps=0.1, weight_decay=0.2)),
        ("AdaDelta", 1, 0, 0, dict(decay=0.9, epsilon=1e-6), lambda p: optim.Adadelta(p)),
        ("AdaDelta", 0.5, 0.2, 0, dict(decay=0.95, epsilon=1e-3), lambda p: optim.Adadelta(p, lr=0.5, rho=0.95, eps=1e-3, weight_decay=0.2)),
        ("RmsProp", 0.01, 0, 0, dict(decay=0.99, epsilon=1e-8, momentum=0, centered=False), lambda p: optim.RMSprop(p)),
        ("RmsProp", 0.02, 0.2, 0, dict(decay=0.9, epsilon=1e-3, momentum=0.8, centered=False),
         lambda p: optim.RMSprop(p, lr=0.02, alpha=0.9, eps=1e-3, momentum=0.8, weight_decay=0.2)),
        ("RmsProp", 0.02, 0, 0, dict(decay=0.9, epsilon=0.1, momentum=0.5, centered=True),
         lambda p: optim.RMSprop(p, lr=0.02, alpha=0.9, eps=0.1, momentum=0.5, centered=True)),
        ("Adam", 0.01, 0, 0, adam, lambda p: optim.Adam(p, lr=0.01)),
        ("Adam", 0.1, 0, 0, other, lambda p: optim.Adam(p, lr=0.1, **torch_other)),
        ("Adam", 0.01, 0.2, 0, adam, lambda p: optim.Adam(p, lr=0.01, weight_decay=0.2)),
        ("AdamW", 0.01, 0, 0, adam, lambda p: optim.AdamW(p, lr=0.01, weight_decay=0)),
        ("AdamW", 0.1, 0, 0.2, other, lambda p: optim.AdamW(p, lr=0.1, weight_decay=0.2, **torch_other)),
        ("AmsGrad", 0.01, 0, 0, adam, lambda p: optim.Adam(p, lr=0.01, amsgrad=True)),
        ("AmsGrad", 0.1, 0.2, 0, other, lambda p: optim.Adam(p, lr=0.1, amsgrad=True, weight_decay=0.2, **torch_other)),
        ("AdaMax", 0.02, 0, 0, adam, lambda p: optim.Adamax(p, lr=0.02)),
        ("AdaMax", 0.1, 0.2, 0, other, lambda p: optim.Adamax(p, lr=0.1, weight_decay=0.2, **torch_other)),
        ("NAdam", 0.01, 0, 0, dict(momentumDecay=0.004, **adam), lambda p: NAdam(p, lr=0.01)),
        ("NAdam", 0.1, 0.2, 0, dict(momentumDecay=1, **other), lambda p: NAdam(p, lr=0.1, momentum_decay=1, weight_decay=0.2, **torch_other)),
        ("RAdam", 0.01, 0, 0, adam, lambda p: optim.RAdam(p, lr=0.01)),
        ("RAdam", 0.1, 0.2, 0, other, lambda p: optim.RAdam(p, lr=0.1, weight_decay=0.2, **torch_other)),
        ("Lion", 0.01, 0, 0, dict(beta1=0.9, beta2=0.99), lambda p: Lion(p, 0.01, (0.9, 0.99), 0)),
        ("Lion", 0.02, 0, 0.2, dict(beta1=0.7, beta2=0.95), lambda p: Lion(p, 0.02, (0.7, 0.95), 0.2)),
        # PyTorch's bounds of a step are absolute, ours are multiples of the learning rate.
        ("IRpropMinus", 0.01, 0, 0, dict(growth=1.2, shrinkage=0.5, minFactor=1e-4, maxFactor=5000), lambda p: optim.Rprop(p, lr=0.01)),
        ("IRpropMinus", 0.1, 0, 0, dict(growth=2, shrinkage=0.25, minFactor=0.1, maxFactor=3),
         lambda p: optim.Rprop(p, lr=0.1, etas=(0.25, 2), step_sizes=(0.01, 0.3))),
        ("Lookahead", 0.05, 0, 0, dict(steps=3, share=0.5), lambda p: Lookahead(optim.Adam(p, lr=0.05), 3, 0.5)),
        ("Lookahead", 0.05, 0, 0.2, dict(steps=5, share=0.8), lambda p: Lookahead(optim.AdamW(p, lr=0.05, weight_decay=0.2), 5, 0.8)),
        ("Muon", 0.02, 0, 0, dict(coefficient=0.95, iterations=5, interval=1, scale=1, otherRate=0.05, beta1=0.9, beta2=0.95, epsilon=1e-8),
         lambda p: Muon(p, 0.02, 0.95, 5, 1, True, 0.05, (0.9, 0.95), 1e-8)),
        ("Muon", 0.02, 0, 0.2, dict(coefficient=0.9, iterations=3, interval=1, scale=0, otherRate=1, beta1=0.7, beta2=0.95, epsilon=0.1),
         lambda p: Muon(p, 0.02, 0.9, 3, 1, False, 1, (0.7, 0.95), 0.1, 0.2)),
        ("Muon", 0.05, 0.2, 0, dict(coefficient=0.95, iterations=5, interval=2, scale=0, otherRate=0.5, beta1=0.7, beta2=0.95, epsilon=0.1),
         lambda p: Muon(p, 0.05, 0.95, 5, 2, False, 0.5, (0.7, 0.95), 0.1, l2=0.2)),
        ("ScheduleFreeAdamW", 0.05, 0, 0, adam, lambda p: ScheduleFree(p, 0.05, (0.9, 0.999), 1e-8, 0)),
        ("ScheduleFreeAdamW", 0.1, 0, 0.2, other, lambda p: ScheduleFree(p, 0.1, (0.7, 0.95), 0.1, 0.2)),
    ]
    runs = []
    for name, learning_rate, l2, decay, options, make in settings:
        losses, first, tenth = torch_run(make, layers, x, classes, torch.float32)
        exact_losses, exact_first, exact_tenth = torch_run(make, layers, x, classes, torch.float64)
        report(f"{name} {learning_rate} {l2} {decay} {options}", losses=(losses, exact_losses), step1=(first, exact_first), step10=(tenth, exact_tenth))
        runs.append(dict(optimizer=name, learningRate=learning_rate, l2=l2, weightDecay=decay, options=options,
                         losses=losses, afterStep1=first, afterStep10=tenth))
    write("optimizers", dict(
        network="dense layers of these widths, tanh between them; softmax cross-entropy; all rows in every step",
        widths=widths, features=x.ravel(), targets=classes, initial=flat(layers), runs=runs))


def torch_losses(random):
    """name, outputs, targets as stored, loss function and target tensor."""
    classes = [2, 0, 1, 1, 0, 2, 2]
    probabilities = rounded(random.dirichlet([1, 1, 1], ROWS))
    probabilities[:, 2] = rounded(1 - probabilities[:, 0] - probabilities[:, 1])
    binary, real = rounded([1, 0, 0, 1, 0.25, 1, 0]), features(random, 2)
    return [
        ("SquaredError", 2, real, torch.nn.MSELoss, torch.tensor(real)),
        ("LogisticLoss", 1, binary, torch.nn.BCEWithLogitsLoss, torch.tensor(binary)[:, None]),
        ("SoftmaxCrossEntropy", 3, rounded(classes), torch.nn.CrossEntropyLoss, torch.tensor(classes)),
        ("SoftmaxCrossEntropy", 3, probabilities, torch.nn.CrossEntropyLoss, torch.tensor(probabilities)),
    ]


def write_gradients():
    random = np.random.RandomState(2)
    x = features(random, 3)
    weights = rounded(random.uniform(0.2, 3, ROWS))
    cases = []
    for name, outputs, targets, loss_class, y in torch_losses(random):
        widths = [3, 5, 4, outputs]
        layers = parameters(random, widths)
        for activation in ACTIVATIONS:
            for w in (None, weights):
                answers = {}
                for dtype in (torch.float32, torch.float64):
                    network = torch_network(layers, activation, dtype)
                    scores = network(torch.tensor(x, dtype=dtype))
                    scores.retain_grad()
                    target = y if y.dtype == torch.int64 else y.to(dtype)
                    if w is None:
                        loss = loss_class()(scores, target)
                    else:
                        by_row = loss_class(reduction="none")(scores, target)
                        by_row = by_row.mean(dim=1) if by_row.dim() == 2 else by_row
                        loss = (torch.tensor(w, dtype=dtype) * by_row).sum() / torch.tensor(w, dtype=dtype).sum()
                    loss.backward()
                    answers[dtype] = dict(
                        scores=scores.detach().numpy().ravel(), value=loss.detach().numpy()[()],
                        scoreGradient=scores.grad.numpy().ravel(), gradient=torch_flat(network, lambda p: p.grad))
                single, exact = answers[torch.float32], answers[torch.float64]
                report(f"{activation} {name} {'weighted' if w is not None else ''}", **{k: (single[k], exact[k]) for k in single})
                cases.append(dict(activation=activation, loss=name, widths=widths, parameters=flat(layers),
                                  targets=targets.ravel(), weights=[] if w is None else w, **single))
    write("gradients", dict(
        network="dense layers of these widths, the activation between them; loss = sum w*L / sum w over the rows",
        features=x.ravel(), cases=cases))


# --- scikit-learn ----------------------------------------------------------------------------------------------------

def with_given_start(kind, layers):
    """An estimator of this kind that starts from the given layers; scikit-learn has no public way to say so."""
    class Started(kind):
        def _initialize(self, y, layer_units, dtype):
            super()._initialize(y, layer_units, dtype)
            self.coefs_ = [w.astype(dtype) for w, _ in layers]
            self.intercepts_ = [b.astype(dtype) for _, b in layers]
    return Started


def write_training():
    random = np.random.RandomState(3)
    x = features(random, 3)
    real = features(random, 1)[:, 0]
    # scikit-learn halves the squared error, so its learning rate counts half: the 2 in the last line says so to the test. One
    # output only: with T of them its loss is a mean over them, but its steps follow the gradient of their sum.
    classes, binary = [2, 0, 1, 1, 0, 2, 2], [1, 0, 0, 1, 1, 0, 1]
    sgd, momentum = dict(solver="sgd", momentum=0), dict(solver="sgd", momentum=0.9, nesterovs_momentum=False)
    nesterov, adam, lbfgs = dict(solver="sgd", momentum=0.9), dict(solver="adam", epsilon=1e-12), dict(solver="lbfgs", tol=1e-9)
    # scikit-learn's Adam has epsilon inside the correction of its root, the paper's and PyTorch's outside: so small, it is the same.
    settings = [
        ("LogisticLoss", 1, binary, MLPClassifier, "logistic", "Sigmoid", sgd, ROWS, 0.5, 1),
        ("SoftmaxCrossEntropy", 3, classes, MLPClassifier, "tanh", "Tanh", sgd, ROWS, 0.2, 1),
        ("SoftmaxCrossEntropy", 3, classes, MLPClassifier, "relu", "ReLU", momentum, ROWS, 0.1, 1),
        ("SquaredError", 1, real, MLPRegressor, "tanh", "Tanh", sgd, ROWS, 0.1, 2),
        ("SquaredError", 1, real, MLPRegressor, "tanh", "Tanh", nesterov, 3, 0.05, 2),
        ("LogisticLoss", 1, binary, MLPClassifier, "tanh", "Tanh", adam, ROWS, 0.01, 1),
        ("SoftmaxCrossEntropy", 3, classes, MLPClassifier, "relu", "ReLU", adam, 3, 0.01, 1),
        ("SquaredError", 1, real, MLPRegressor, "logistic", "Sigmoid", adam, 2, 0.02, 2),
        ("LogisticLoss", 1, binary, MLPClassifier, "tanh", "Tanh", lbfgs, ROWS, 1, 1),
        ("SoftmaxCrossEntropy", 3, classes, MLPClassifier, "tanh", "Tanh", lbfgs, ROWS, 1, 1),
        ("SquaredError", 1, real, MLPRegressor, "tanh", "Tanh", lbfgs, ROWS, 1, 2),
    ]
    runs = []
    for loss, outputs, y, kind, sklearn_activation, activation, solver, batch_size, learning_rate, scale in settings:
        widths = [3, 5, 4, outputs]
        layers = parameters(random, widths)

        def fit(epochs, **options):
            model = with_given_start(kind, layers)(
                hidden_layer_sizes=widths[1:-1], activation=sklearn_activation, alpha=0, batch_size=batch_size, learning_rate="constant",
                learning_rate_init=learning_rate, shuffle=False, max_iter=epochs, n_iter_no_change=100, **options)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)
                # float64: scikit-learn takes logarithms of probabilities that it has rounded to the type of the features.
                return model.fit(x.astype(np.float64), y)

        model = fit(10, **solver)
        # L-BFGS keeps no curve: the loss before its step k + 1 is the one that k steps end with.
        losses = [fit(1, solver="sgd").loss_curve_[0]] + [fit(k, **solver).loss_ for k in range(1, 10)] if solver is lbfgs else model.loss_curve_
        runs.append(dict(loss=loss, activation=activation, widths=widths, targets=np.ravel(y).astype(np.float32), initial=flat(layers),
                         solver="nesterov" if solver is nesterov else solver["solver"], momentum=solver.get("momentum", 0), batchSize=batch_size,
                         learningRate=learning_rate, lossScale=scale, losses=losses, afterEpoch10=flat(zip(model.coefs_, model.intercepts_))))
    write("training", dict(
        network="dense layers of these widths, the activation between them; rows in order; our loss is lossScale times scikit-learn's",
        features=x.ravel(), runs=runs))


def write_standardization():
    random = np.random.RandomState(4)
    constant = np.full(ROWS, 0.1)
    far = 1000 + random.uniform(-5, 5, ROWS)
    small = random.uniform(-1, 1, ROWS) * 1e-3
    x = np.column_stack([rounded(random.uniform(-2, 2, ROWS)), rounded(constant), rounded(far), rounded(small, 5)])
    weights = rounded(random.uniform(0.2, 3, ROWS))
    cases = []
    for w in (None, weights):
        scaler = StandardScaler().fit(x.astype(np.float64), sample_weight=w)
        cases.append(dict(weights=[] if w is None else w, means=scaler.mean_, variances=scaler.var_,
                          standardized=scaler.transform(x.astype(np.float64)).ravel()))
    write("standardization", dict(columns=x.shape[1], values=x.ravel(), cases=cases))


# --- Files -----------------------------------------------------------------------------------------------------------

def report(title, **pairs):
    """How far PyTorch's own float32 is from float64: what a tolerance must leave room for."""
    gaps = {name: float(np.max(np.abs(np.asarray(a, np.float64) - b))) for name, (a, b) in pairs.items()}
    print(title, *(f"{name} {gap:.1e}" for name, gap in gaps.items()), sep="  ")


def text(value, indent=""):
    """JSON with one line for every list of numbers and the shortest digits that give the number back."""
    if isinstance(value, dict):
        inner = ",\n".join(f'{indent}  {json.dumps(key)}: {text(item, indent + "  ")}' for key, item in value.items())
        return f"{{\n{inner}\n{indent}}}"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(f"{indent}  {text(item, indent + '  ')}" for item in value) + f"\n{indent}]"
    if isinstance(value, (list, np.ndarray)):
        return "[" + ", ".join(text(item) for item in value) + "]"
    if isinstance(value, np.floating):
        return repr(value)
    return json.dumps(value)


def write(name, content):
    (FOLDER / f"{name}.json").write_text(text(dict(versions=VERSIONS, **content)) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    write_optimizers()
    write_gradients()
    write_training()
    write_standardization()
