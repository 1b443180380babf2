"""Writes ranking.json: losses of groups for learning to rank, and NDCG. README.md beside this file says how to run it.

The losses are the published formulas over all pairs or all rows of a group, differentiated by PyTorch in float64. NDCG is that of
scikit-learn, whose relevance is the gain here."""
import numpy as np
import torch
from sklearn.metrics import ndcg_score

from generate import rounded, write

GAINS = np.array([0] + [2 ** (label + 1) - 1 for label in range(1, 12)], np.float64)


def pairs(y):
    """1 where row i is more relevant than row j."""
    return (y[:, None] > y[None, :]).double()


def logistic(z, sigma):
    return torch.nn.functional.softplus(-sigma * (z[:, None] - z[None, :]))


def rank_net(sigma):
    def loss(z, y):
        mask = pairs(y)
        return (mask * logistic(z, sigma)).sum() / mask.sum()
    return loss


def lambda_rank(level, sigma, gains):
    def ndcg(order, y):
        ideal = np.sort(y)[::-1]
        return dcg(y[order]) / dcg(ideal)

    def dcg(labels):
        first = labels[:level].astype(int)
        return (gains[first] / np.log2(2 + np.arange(len(first)))).sum()

    def loss(z, y):
        labels, order = y.numpy(), np.argsort(-z.detach().numpy(), kind="stable")
        change = np.zeros((len(labels), len(labels)))
        for a in range(len(labels)):
            for b in range(len(labels)):
                swapped = order.copy()
                swapped[a], swapped[b] = order[b], order[a]
                change[order[a], order[b]] = abs(ndcg(swapped, labels) - ndcg(order, labels))
        return (pairs(y) * torch.tensor(change) * logistic(z, sigma)).sum()
    return loss


def list_net(z, y):
    return -(torch.softmax(y, 0) * torch.log_softmax(z, 0)).sum()


def list_mle(z, y):
    """Rows of equal relevance are in descending order of their scores."""
    order = np.lexsort((-z.detach().numpy(), -y.numpy()))
    ordered = z[torch.tensor(order.copy())]
    return torch.stack([torch.logsumexp(ordered[i:], 0) - ordered[i] for i in range(len(order))]).mean()


def main():
    random = np.random.RandomState(47)
    small = np.array([0, 1, 3, 7, 15], np.float64)
    settings = [
        (dict(type="RankNetLoss"), rank_net(1)),
        (dict(type="RankNetLoss", sigma=0.5), rank_net(0.5)),
        (dict(type="LambdaRankLoss"), lambda_rank(10, 1, GAINS)),
        (dict(type="LambdaRankLoss", truncationLevel=3, sigma=2, gains=list(small)), lambda_rank(3, 2, small)),
        (dict(type="ListNetLoss"), list_net),
        (dict(type="ListMleLoss"), list_mle),
    ]
    cases = []
    for rows in (2, 5, 37):
        for loss, formula in settings:
            scores, targets = rounded(random.uniform(-3, 3, rows), 4), rounded(random.randint(0, 5, rows))
            targets[:2] = 0, 4
            z = torch.tensor(scores, dtype=torch.float64, requires_grad=True)
            value = formula(z, torch.tensor(targets, dtype=torch.float64))
            value.backward()
            cases.append(dict(loss=loss, scores=scores, targets=targets, value=value.item(), gradient=z.grad.numpy()))
    groups = []
    for rows in (2, 7, 40):
        scores, targets = rounded(random.uniform(-3, 3, rows), 4), rounded(random.randint(0, 6, rows))
        targets[0] = 3
        gains = GAINS[targets.astype(int)]
        groups.append(dict(
            scores=scores, targets=targets, levels=[1, 3, 10, 100],
            values=[ndcg_score([gains], [scores], k=level) for level in (1, 3, 10, 100)]))
    write("ranking", dict(cases=cases, groups=groups))


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
