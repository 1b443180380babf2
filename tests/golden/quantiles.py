"""Writes quantiles.json: scikit-learn's QuantileTransformer on numbers of which none repeats. README.md beside this file says how to run it."""
import numpy as np
from sklearn.preprocessing import QuantileTransformer

from generate import rounded, write

ROWS = 301


def main():
    random = np.random.RandomState(17)
    # Far apart, close together, and skewed.
    x = np.column_stack([rounded(random.permutation(ROWS) ** 2, 0), rounded(random.permutation(ROWS) / 256.0 - 0.5, 8), rounded(np.exp2(random.permutation(ROWS) / 16.0), 3)])
    assert all(len(np.unique(column)) == ROWS for column in x.T)
    between = rounded(random.uniform(x.min(axis=0) - 1, x.max(axis=0) + 1, (50, 3)), 6)
    cases = []
    # As many knots as numbers, and one for every tenth: both are numbers that are there, so that nothing depends on how a quantile between two is found.
    for knots in (ROWS, 31):
        transformer = QuantileTransformer(n_quantiles=knots, subsample=ROWS).fit(x.astype(np.float64))
        cases.append(dict(knots=knots, shares=transformer.transform(between.astype(np.float64)).ravel()))
    write("quantiles", dict(columns=3, values=x.ravel(), between=between.ravel(), cases=cases))


if __name__ == "__main__":
    main()
