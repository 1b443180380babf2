"""Fits a learner of scikit-learn as often as it is asked to. Argument: sklearn-mlp or sklearn-hgb, alone or followed by -sigmoid or
-isotonic: then its probabilities are calibrated by CalibratedClassifierCV with this method.

Every line on standard input names the folder of a job (see Running/Job.cs): job.json, train.csv, test.csv. The predictions go into
predictions.csv beside them, and a line on standard output tells the seconds: answer, "ok", of fitting, of its processor, of predicting.
"""
import csv
import json
import os
import sys
import time
import warnings

import numpy
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.model_selection import StratifiedKFold
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

MOST_LEVELS = 250  # categories of a column that the boosted trees split by; columns with more are taken as numbers
RARE = 5           # rows below which a category has no indicator of its own, where there are more than MANY rows to learn from
MANY = 2000


def read(path, job):
    """Numbers [rows × numeric columns], categories [rows × categorical columns], labels."""
    with open(path, newline="") as file:
        rows = list(csv.reader(file))[1:]
    columns = job["Columns"][:-1]
    numeric = [i for i, name in enumerate(columns) if name not in job["Categorical"]]
    categorical = [columns.index(name) for name in job["Categorical"]]
    numbers = numpy.array([[float(row[i] or "nan") for i in numeric] for row in rows]).reshape(len(rows), len(numeric))
    categories = numpy.array([[row[i] for i in categorical] for row in rows], dtype=object).reshape(len(rows), len(categorical))
    labels = [row[-1] for row in rows]
    return numbers, categories, numpy.array([float(y) for y in labels] if job["Task"] == "Regression" else labels)


def perceptron(job, numeric, categorical, rows):
    one_hot = OneHotEncoder(handle_unknown="ignore", min_frequency=RARE if rows > MANY else None, sparse_output=False)
    prepare = ColumnTransformer([
        ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numeric),
        ("categories", one_hot, categorical)])
    if job["Task"] != "Regression":
        return make_pipeline(prepare, MLPClassifier(random_state=0))
    # With a raw target, such as a price, it does not train.
    return TransformedTargetRegressor(make_pipeline(prepare, MLPRegressor(random_state=0)), transformer=StandardScaler())


def boosted_trees(job, numeric, categorical, categories):
    levels = [len(set(column)) for column in categories.T]
    prepare = ColumnTransformer([
        ("categories", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=numpy.nan), categorical),
        ("numbers", "passthrough", numeric)])
    kind = HistGradientBoostingRegressor if job["Task"] == "Regression" else HistGradientBoostingClassifier
    few = [i for i, count in enumerate(levels) if count <= MOST_LEVELS]
    return make_pipeline(prepare, kind(random_state=0, categorical_features=few or None))


def run(kind, folder):
    with open(os.path.join(folder, "job.json")) as file:
        job = json.load(file)
    numbers, categories, y = read(os.path.join(folder, "train.csv"), job)
    test_numbers, test_categories, _ = read(os.path.join(folder, "test.csv"), job)
    # One array of objects holds both kinds of columns.
    x = numpy.concatenate([numbers.astype(object), categories], axis=1)
    test = numpy.concatenate([test_numbers.astype(object), test_categories], axis=1)
    numeric = list(range(numbers.shape[1]))
    categorical = list(range(numbers.shape[1], x.shape[1]))
    base, method = (kind.split("-")[1:] + [None])[:2]
    if base == "mlp":
        model = perceptron(job, numeric, categorical, len(x))
    else:
        model = boosted_trees(job, numeric, categorical, categories)
    if method:
        # Shuffled, so that rows in the order of another column do no harm.
        model = CalibratedClassifierCV(model, method=method, cv=StratifiedKFold(5, shuffle=True, random_state=0))

    start, processor = time.perf_counter(), time.process_time()
    model.fit(x, y)
    fit, processor = time.perf_counter() - start, time.process_time() - processor
    start = time.perf_counter()
    if job["Task"] == "Regression":
        scores = model.predict(test)
    else:
        scores = model.predict_proba(test)
    predict = time.perf_counter() - start

    with open(os.path.join(folder, "predictions.csv"), "w") as file:
        if job["Task"] == "Regression":
            file.write("predicted\n" + "".join(f"{value!r}\n" for value in scores.tolist()))
        else:
            seen = list(model.classes_)
            places = [seen.index(name) if name in seen else None for name in job["Classes"]]
            file.write(",".join(["predicted"] + job["Classes"]) + "\n")
            for row in scores.tolist():
                probabilities = [0.0 if place is None else row[place] for place in places]
                file.write(",".join([seen[row.index(max(row))]] + [repr(p) for p in probabilities]) + "\n")
    return fit, processor, predict


warnings.simplefilter("ignore")  # the perceptron warns that 200 passes did not converge
for line in sys.stdin:
    try:
        print("answer", "ok", *run(sys.argv[1], line.strip()), sep="\t", flush=True)
    except Exception as error:  # whatever it is, it belongs into the results
        print("answer", "failed", " ".join(f"{type(error).__name__}: {error}".split()), sep="\t", flush=True)
