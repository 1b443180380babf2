"""Writes sklearn_defaults.json: what scikit-learn's MLPClassifier and MLPRegressor do unless told otherwise. Run: python3 sklearn_defaults.py"""

import json
import pathlib

import sklearn
from sklearn.neural_network import MLPClassifier, MLPRegressor

NAMES = [
    "hidden_layer_sizes", "activation", "solver", "alpha", "batch_size", "learning_rate", "learning_rate_init", "max_iter", "shuffle",
    "tol", "early_stopping", "beta_1", "beta_2", "epsilon", "n_iter_no_change",
]

contents = {"versions": {"scikit-learn": sklearn.__version__}}
for kind in (MLPClassifier, MLPRegressor):
    parameters = kind().get_params()
    contents[kind.__name__] = {name: parameters[name] for name in NAMES}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(contents, indent=2) + "\n")
