"""Writes metrics.json: scikit-learn's metrics of a few weighted examples. README.md beside this file says how to run it."""
import numpy as np
from sklearn import metrics

from generate import rounded, write

ROWS = 23


def main():
    random = np.random.RandomState(12)
    weights = rounded(random.uniform(0.2, 3, ROWS))
    binary = random.randint(0, 2, ROWS)
    # One decimal, so that scores are equal here and there.
    scores = rounded(random.normal(0, 1, ROWS) + binary, 1)
    scores[scores == 0] = 0.1
    p = 1 / (1 + np.exp(-scores.astype(np.float64)))
    classes = random.randint(0, 3, ROWS)
    logits = rounded(random.normal(0, 1, (ROWS, 3)) + 2 * np.eye(3)[classes])
    shares = np.exp(logits.astype(np.float64))
    shares /= shares.sum(axis=1, keepdims=True)
    real = rounded(random.normal(0, 2, ROWS))
    guesses = rounded(real + random.normal(0, 1, ROWS))
    cases = []
    for w in (None, weights):
        both = dict(sample_weight=w)
        # Mean recall over the classes is scikit-learn's balanced accuracy.
        cases.append(dict(weights=[] if w is None else w, values=dict(
            binary=dict(Accuracy=metrics.accuracy_score(binary, scores > 0, **both), AreaUnderRocCurve=metrics.roc_auc_score(binary, scores, **both),
                        AreaUnderPrecisionRecallCurve=metrics.average_precision_score(binary, scores, **both), F1Score=metrics.f1_score(binary, scores > 0, **both),
                        LogLoss=metrics.log_loss(binary, p, **both)),
            classes=dict(Accuracy=metrics.accuracy_score(classes, logits.argmax(axis=1), **both), LogLoss=metrics.log_loss(classes, shares, **both),
                         MacroAccuracy=metrics.balanced_accuracy_score(classes, logits.argmax(axis=1), **both)),
            real=dict(MeanAbsoluteError=metrics.mean_absolute_error(real, guesses, **both), RSquared=metrics.r2_score(real, guesses, **both),
                      RootMeanSquaredError=metrics.mean_squared_error(real, guesses, **both) ** 0.5))))
    write("metrics", dict(binary=binary.astype(np.float32), scores=scores, classes=classes.astype(np.float32), logits=logits.ravel(), real=real, guesses=guesses, cases=cases))


if __name__ == "__main__":
    main()
