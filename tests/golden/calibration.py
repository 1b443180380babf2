"""Writes calibration.json: scikit-learn's reliability curves and Brier scores. README.md beside this file says how to run it."""
import numpy as np
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from generate import rounded, write

# 103 intervals between sorted values: a prime, so no quantile but the first and the last is one of the values.
ROWS = 104
BINS = (5, 10, 15)


def main():
    random = np.random.RandomState(19)
    # In float64, because the library computes quantiles in the type of the values.
    probabilities = rounded(random.beta(0.7, 0.9, ROWS), 5).astype(np.float64)
    outcomes = (random.uniform(size=ROWS) < probabilities ** 1.5).astype(int)
    curves = []
    for binning, strategy in (("EqualWidth", "uniform"), ("EqualCount", "quantile")):
        for bins in BINS:
            shares, means = calibration_curve(outcomes, probabilities, n_bins=bins, strategy=strategy)
            curves.append(dict(binning=binning, bins=bins, shares=shares, means=means))
    logits = random.normal(0, 1, (ROWS, 3))
    classes = random.randint(0, 3, ROWS)
    logits[np.arange(ROWS), classes] += 1
    several = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    several = rounded(several, 7).astype(np.float64)
    # One class against the others: two curves and scores that the library has; their mean and sum follow from the definitions.
    one_versus_rest = [dict(
        brier=brier_score_loss(classes == k, several[:, k]),
        **dict(zip(("shares", "means"), calibration_curve(classes == k, several[:, k], n_bins=10)))) for k in range(3)]
    confidences, hits = several.max(axis=1), several.argmax(axis=1) == classes
    shares, means = calibration_curve(hits, confidences, n_bins=10)
    top_label = dict(brier=brier_score_loss(hits, confidences), shares=shares, means=means)
    write("calibration", dict(
        probabilities=probabilities.astype(np.float32), outcomes=outcomes.astype(np.float32), brier=brier_score_loss(outcomes, probabilities), curves=curves,
        several=several.astype(np.float32).ravel(), classes=classes.astype(np.float32), oneVersusRest=one_versus_rest, topLabel=top_label))


if __name__ == "__main__":
    main()
