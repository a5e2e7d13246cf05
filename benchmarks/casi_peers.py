"""The peers of casi_forecast: lasso and random forests, in an interpreter with scikit-learn.

    python casi_peers.py GIVEN.npz ANSWER.npz

Forests grow 500 trees, a third of the inputs tried at each split, leaves of five: the defaults of
R's randomForest for regression. The lasso's penalty is chosen by ten folds in each training set.
The SD of a forecast is that of the forest's out-of-bag errors or of the lasso's inner folds.
"""

import sys
import warnings
from typing import Any

import numpy as np

__all__ = ["main"]


def main() -> int:
    """Cross-validated forecasts of each peer on the folds that were given."""
    try:
        import sklearn  # noqa: F401
    except ModuleNotFoundError:
        return 1
    warnings.filterwarnings("ignore")
    with np.load(sys.argv[1]) as given:
        x, y, fold, few = (given[name] for name in ("x", "y", "fold", "few"))
    methods = {"lasso": (_lasso, x), "forest": (_forest, x), "forest_few": (_forest, x[:, few])}
    answer = {}
    for name, (method, inputs) in methods.items():
        mean, sd = np.zeros(fold.shape), np.zeros(fold.shape)
        for seed, part in enumerate(fold):
            for k in range(part.max() + 1):
                out = part == k
                mean[seed, out], sd[seed, out] = method(inputs[~out], y[~out], inputs[out])
        answer |= {name: mean, f"{name}_sd": sd}
        sys.stderr.write(f"{name}: done\n")
    np.savez(sys.argv[2], **answer)
    return 0


def _lasso(x: Any, y: Any, new: Any) -> tuple[Any, float]:
    from sklearn.linear_model import LassoCV

    centre, scale = x.mean(axis=0), x.std(axis=0)
    scale = np.where(scale > 0.0, scale, 1.0)
    fitted = LassoCV(cv=10).fit((x - centre) / scale, y)
    error = np.sqrt(np.min(fitted.mse_path_.mean(axis=1)))
    return fitted.predict((new - centre) / scale), float(error)


def _forest(x: Any, y: Any, new: Any) -> tuple[Any, float]:
    from sklearn.ensemble import RandomForestRegressor

    forest = RandomForestRegressor(
        500, max_features=1 / 3, min_samples_leaf=5, oob_score=True, random_state=len(y)
    ).fit(x, y)
    return forest.predict(new), float(np.sqrt(np.mean((y - forest.oob_prediction_) ** 2)))


if __name__ == "__main__":
    sys.exit(main())
