"""Writes dependence.json: scikit-learn's partial dependence and ICE curves. README.md beside this file says how to run it."""
import numpy as np
from sklearn.inspection import partial_dependence
from sklearn.linear_model import LinearRegression
from sklearn.tree import DecisionTreeRegressor

from generate import rounded, write

ROWS, FEATURES = 60, 3


def main():
    random = np.random.RandomState(23)
    # Fewer distinct values than grid points: then the grid of both libraries is the distinct values.
    x = np.column_stack([random.randint(0, 12, ROWS), random.randint(0, 5, ROWS) / 4, random.randint(-3, 4, ROWS)]).astype(np.float64)
    y = x[:, 0] * x[:, 1] + np.abs(x[:, 2]) + random.normal(0, 0.1, ROWS)
    linear = LinearRegression().fit(x, y)
    tree = DecisionTreeRegressor(max_depth=4, random_state=0).fit(x, y)
    write("dependence", dict(
        columns=FEATURES, values=rounded(x.ravel()), linear=dict(weights=linear.coef_, bias=float(linear.intercept_), curves=curves(linear, x)),
        tree=dict(
            left=tree.tree_.children_left.tolist(), right=tree.tree_.children_right.tolist(), feature=tree.tree_.feature.tolist(),
            threshold=tree.tree_.threshold, value=tree.tree_.value.ravel(), curves=curves(tree, x))))


def curves(model, x):
    found = []
    for feature in range(FEATURES):
        result = partial_dependence(model, x, [feature], kind="both", method="brute", grid_resolution=20)
        found.append(dict(grid=result["values"][0], average=result["average"][0], individual=result["individual"][0].ravel()))
    return found


if __name__ == "__main__":
    main()
