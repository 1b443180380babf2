"""Writes losses.json: value and slope of every loss, and the fits of generalized linear models. README.md beside this file says how to run it."""
import numpy as np
import torch
import torch.nn.functional as F
from sklearn.linear_model import GammaRegressor, LogisticRegression, PoissonRegressor, QuantileRegressor, TweedieRegressor

from generate import report, rounded, write

ROWS = 7


# --- Values and slopes: PyTorch's own loss where it has one, otherwise the published formula, differentiated by PyTorch ----

def formula_log_cosh(z, y):
    return torch.log(torch.cosh(z - y))


def formula_gamma(z, y):
    """The log-density of a gamma distribution of shape 1 (an exponential distribution) with mean e^z."""
    return -torch.distributions.Exponential(torch.exp(-z)).log_prob(y)


def formula_tweedie(power):
    def loss(z, y):
        mean = torch.exp(z)
        return mean ** (2 - power) / (2 - power) - y * mean ** (1 - power) / (1 - power)
    return loss


def formula_pinball(quantiles):
    tau = torch.tensor(quantiles)
    def loss(z, y):
        rest = y.repeat_interleave(len(quantiles), dim=1) - z
        return torch.where(rest > 0, tau.to(z.dtype).repeat(y.shape[1]) * rest, (tau.to(z.dtype).repeat(y.shape[1]) - 1) * rest)
    return loss


def gaussian(z, y):
    return F.gaussian_nll_loss(z[:, 0::2], y, torch.exp(z[:, 1::2]), reduction="none")


def hinge(power):
    return lambda z, y: torch.relu(1 - (2 * y - 1) * z) ** power


def focal(gamma, alpha):
    """Lin et al. (2017), eq. 5, from probabilities."""
    def loss(z, y):
        p = torch.where(y == 1, torch.sigmoid(z), 1 - torch.sigmoid(z))
        weight = 1 if alpha is None else torch.where(y == 1, torch.full_like(p, alpha), torch.full_like(p, 1 - alpha))
        return -weight * (1 - p) ** gamma * torch.log(p)
    return loss


def softmax_focal(gamma):
    def loss(z, y):
        p = torch.softmax(z, dim=1).gather(1, y.long())[:, 0]
        return -(1 - p) ** gamma * torch.log(p)
    return loss


def smoothed_logistic(epsilon):
    return lambda z, y: F.binary_cross_entropy_with_logits(z, y * (1 - epsilon) + epsilon / 2, reduction="none")


def classes(epsilon):
    return lambda z, y: F.cross_entropy(z, y[:, 0].long(), label_smoothing=epsilon, reduction="none")


def probabilities(epsilon):
    return lambda z, y: F.cross_entropy(z, y, label_smoothing=epsilon, reduction="none")


def write_losses():
    random = np.random.RandomState(5)
    real, positive = rounded(random.uniform(-2, 2, (ROWS, 2))), rounded(random.uniform(0.1, 4, (ROWS, 2)))
    counts = rounded(random.poisson(1.5, (ROWS, 2)))
    binary = rounded(random.randint(0, 2, (ROWS, 2)))
    kind = rounded(random.randint(0, 3, (ROWS, 1)))
    shares = rounded(random.dirichlet([1, 1, 1], ROWS))
    shares[:, 2] = rounded(1 - shares[:, 0] - shares[:, 1])
    soft = rounded(random.uniform(0, 1, (ROWS, 2)))
    settings = [
        ("AbsoluteError", {}, 2, real, lambda z, y: F.l1_loss(z, y, reduction="none"), "PyTorch"),
        ("HuberLoss", {}, 2, real, lambda z, y: F.huber_loss(z, y, reduction="none"), "PyTorch"),
        ("HuberLoss", dict(delta=0.25), 2, real, lambda z, y: F.huber_loss(z, y, reduction="none", delta=0.25), "PyTorch"),
        ("PoissonLoss", {}, 2, counts, lambda z, y: F.poisson_nll_loss(z, y, reduction="none"), "PyTorch"),
        ("GaussianNegativeLogLikelihood", {}, 4, real, gaussian, "PyTorch"),
        ("LogisticLoss", dict(labelSmoothing=0.1), 2, soft, smoothed_logistic(0.1), "PyTorch"),
        ("SoftmaxCrossEntropy", dict(labelSmoothing=0.1), 3, kind, classes(0.1), "PyTorch"),
        ("SoftmaxCrossEntropy", dict(labelSmoothing=0.3), 3, shares, probabilities(0.3), "PyTorch"),
        ("GammaLoss", {}, 2, positive, formula_gamma, "PyTorch's exponential distribution"),
        ("LogCoshLoss", {}, 2, real, formula_log_cosh, "formula"),
        ("PinballLoss", dict(quantiles=[0.1, 0.5, 0.9]), 6, real, formula_pinball([0.1, 0.5, 0.9]), "formula"),
        ("TweedieLoss", {}, 2, counts, formula_tweedie(1.5), "formula"),
        ("TweedieLoss", dict(power=1.2), 2, counts, formula_tweedie(1.2), "formula"),
        ("HingeLoss", {}, 2, binary, hinge(1), "formula"),
        ("SquaredHingeLoss", {}, 2, binary, hinge(2), "formula"),
        ("FocalLoss", {}, 2, binary, focal(2, 0.25), "formula"),
        ("FocalLoss", dict(gamma=0.5, alpha=None), 2, binary, focal(0.5, None), "formula"),
        ("SoftmaxFocalLoss", {}, 3, kind, softmax_focal(2), "formula"),
    ]
    cases = []
    for name, options, outputs, targets, loss, source in settings:
        scores = rounded(random.uniform(-3, 3, (ROWS, outputs)))
        answers = {}
        for dtype in (torch.float32, torch.float64):
            z = torch.tensor(scores, dtype=dtype, requires_grad=True)
            by_row = loss(z, torch.tensor(targets, dtype=dtype))
            by_row = by_row.mean(dim=1) if by_row.dim() == 2 else by_row
            by_row.sum().backward()
            answers[dtype] = dict(losses=by_row.detach().numpy(), gradient=z.grad.numpy().ravel())
        single, exact = answers[torch.float32], answers[torch.float64]
        report(f"{name} {options}", **{k: (single[k], exact[k]) for k in exact})
        cases.append(dict(loss=dict(type=name, **options), source=source, scores=scores.ravel(), targets=targets.ravel(), **exact))
    return cases


# --- Generalized linear models without penalty: what a network without hidden layers converges to ---------------------------

def write_linear_models():
    random = np.random.RandomState(6)
    x = rounded(random.uniform(-1, 1, (40, 2)))
    signal = 0.5 + x @ np.array([0.8, -0.5])
    noise = random.uniform(-1, 1, 40)
    counts = random.poisson(np.exp(signal))
    amounts = rounded(random.gamma(2, np.exp(signal) / 2) + 0.01)
    yes = (signal + 2 * noise > 0.5).astype(int)
    kind = np.digitize(signal + 2 * noise, [0, 1])
    exact = dict(alpha=0, tol=1e-12, max_iter=10000)
    logistic = dict(penalty=None, tol=1e-10, max_iter=10000)
    wide = x.astype(np.float64)
    models = []

    def add(loss, targets, predictions):
        models.append(dict(loss=loss, targets=np.asarray(targets, np.float32), predictions=np.ravel(predictions)))

    add(dict(type="PoissonLoss"), counts, PoissonRegressor(**exact).fit(wide, counts).predict(wide))
    add(dict(type="GammaLoss"), amounts, GammaRegressor(**exact).fit(wide, amounts.astype(np.float64)).predict(wide))
    add(dict(type="TweedieLoss", power=1.5), counts, TweedieRegressor(power=1.5, link="log", **exact).fit(wide, counts).predict(wide))
    add(dict(type="LogisticLoss"), yes, LogisticRegression(**logistic).fit(wide, yes).predict_proba(wide)[:, 1])
    add(dict(type="SoftmaxCrossEntropy"), kind, LogisticRegression(multi_class="multinomial", **logistic).fit(wide, kind).predict_proba(wide))
    # Of 40 rows no such quantile lies between two, so the fit is the only one.
    for quantile in (0.51, 0.83):
        target = rounded(signal + noise)
        fit = QuantileRegressor(quantile=quantile, alpha=0, solver="highs").fit(wide, target.astype(np.float64))
        add(dict(type="PinballLoss", quantiles=[quantile]), target, fit.predict(wide))
    return x.ravel(), models


if __name__ == "__main__":
    torch.set_num_threads(1)
    features, models = write_linear_models()
    write("losses", dict(
        network="value and slope of every row by itself, mean over the outputs; linearModels: predictions of models without penalty",
        cases=write_losses(), features=features, linearModels=models))
