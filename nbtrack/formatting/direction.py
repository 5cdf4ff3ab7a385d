"""Whether a metric is better when it is lower."""

from __future__ import annotations

import re

# What such metrics are called, as a word of the name or its end ("rmse", "neg_log_loss" is not).
_LOWER = ("loss", "error", "mse", "mae", "rmse", "nll", "perplexity", "latency", "time")
_WORDS = re.compile(r"[a-z0-9]+")
# scikit-learn turns losses round for its scorers: neg_mean_squared_error is better when higher.
_TURNED_ROUND = {"neg", "negative"}


def is_lower_better(metric_name: str) -> bool:
    """Whether a lower value of the metric of this name is the better one.

    Examples
    --------
    >>> [is_lower_better(name) for name in ("val_loss", "valLoss", "acc", "neg_mse", "lifetime")]
    [True, True, False, False, False]
    """
    words = _WORDS.findall(re.sub(r"([a-z])([A-Z])", r"\1 \2", metric_name).lower())
    if words and words[0] in _TURNED_ROUND:
        return False
    return any(word.rstrip("0123456789") in _LOWER for word in words)
