"""Fits scikit-learn's MLPClassifier as often as it is asked to, and prints the seconds of each fit.

Arguments: a file of float32 features, one of int32 classes, features per row, batch size, epochs, then the hidden layers.
Every line on standard input asks for one fit. Same network, batches, passes and optimizer as ours: no penalty, no early end.
"""
import sys
import time
import warnings

import numpy
from sklearn.neural_network import MLPClassifier

x_file, y_file, columns, batch_size, epochs, *hidden = sys.argv[1:]
x = numpy.fromfile(x_file, dtype=numpy.float32).reshape(-1, int(columns))
y = numpy.fromfile(y_file, dtype=numpy.int32)
warnings.simplefilter("ignore")  # it warns that so few passes do not converge
for _ in sys.stdin:
    network = MLPClassifier(
        hidden_layer_sizes=[int(units) for units in hidden], activation="relu", solver="adam", alpha=0.0,
        batch_size=int(batch_size), learning_rate_init=0.001, max_iter=int(epochs), tol=0.0, n_iter_no_change=1000, random_state=1)
    start = time.perf_counter()
    network.fit(x, y)
    print(time.perf_counter() - start, flush=True)
