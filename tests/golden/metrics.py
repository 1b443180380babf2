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
                        AreaUnderPrecisionRecallCurve=metrics.average_precision_score(binary, scores, **both), F1Score=metrics.f1_score(binary, scores > 0, **both), MacroAccuracy=metrics.balanced_accuracy_score(binary, scores > 0, **both),
                        LogLoss=metrics.log_loss(binary, p, **both)),
            classes=dict(Accuracy=metrics.accuracy_score(classes, logits.argmax(axis=1), **both), LogLoss=metrics.log_loss(classes, shares, **both),
                         MacroAccuracy=metrics.balanced_accuracy_score(classes, logits.argmax(axis=1), **both)),
            real=dict(MeanAbsoluteError=metrics.mean_absolute_error(real, guesses, **both), RSquared=metrics.r2_score(real, guesses, **both),
                      RootMeanSquaredError=metrics.mean_squared_error(real, guesses, **both) ** 0.5))))
    # Several targets and several labels at once. The areas of the labels are the mean over them.
    targets, several = rounded(random.normal(0, 2, (ROWS, 3))), random.randint(0, 2, (ROWS, 3))
    predictions = rounded(targets + random.normal(0, [0.5, 1, 2], (ROWS, 3)))
    margins = rounded(random.normal(0, 1, (ROWS, 3)) + several - 0.5, 1)
    margins[margins == 0] = 0.1
    decisions = margins > 0
    each = dict(multioutput="raw_values")
    multi_target = dict(
        MeanAbsoluteError=metrics.mean_absolute_error(targets, predictions), MeanSquaredError=metrics.mean_squared_error(targets, predictions),
        RootMeanSquaredError=metrics.mean_squared_error(targets, predictions, squared=False), RSquared=metrics.r2_score(targets, predictions))
    per_target = dict(
        MeanAbsoluteError=metrics.mean_absolute_error(targets, predictions, **each), RootMeanSquaredError=metrics.mean_squared_error(targets, predictions, squared=False, **each),
        RSquared=metrics.r2_score(targets, predictions, **each))
    multi_label = dict(
        SubsetAccuracy=metrics.accuracy_score(several, decisions), HammingLoss=metrics.hamming_loss(several, decisions), MicroF1Score=metrics.f1_score(several, decisions, average="micro"),
        MacroF1Score=metrics.f1_score(several, decisions, average="macro"), MacroAreaUnderRocCurve=metrics.roc_auc_score(several, margins))
    per_label = dict(
        AreaUnderRocCurve=metrics.roc_auc_score(several, margins, average=None), F1Score=metrics.f1_score(several, decisions, average=None),
        Precision=metrics.precision_score(several, decisions, average=None), Recall=metrics.recall_score(several, decisions, average=None))
    together = dict(targets=targets.ravel(), predictions=predictions.ravel(), labels=several.astype(np.float32).ravel(), margins=margins.ravel(),
                    multiTarget=multi_target, perTarget=per_target, multiLabel=multi_label, perLabel=per_label)
    write("metrics", dict(together=together, binary=binary.astype(np.float32), scores=scores, classes=classes.astype(np.float32), logits=logits.ravel(), real=real, guesses=guesses, cases=cases))


if __name__ == "__main__":
    main()
