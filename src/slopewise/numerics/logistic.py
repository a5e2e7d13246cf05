"""The share that belongs to a logit, safe at both ends."""

import math

__all__ = ["expit"]


def expit(logit: float) -> float:
    """1 / (1 + exp(−logit)); 0 where the exponential would overflow."""
    return 1.0 / (1.0 + math.exp(-logit)) if logit > -700 else 0.0
