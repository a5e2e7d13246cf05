"""How many numbers of a stretch of a list lie below or above others, in O(log n) a question.

A wavelet matrix: the ranks of the numbers are sorted by one bit after the other, from the highest,
and per bit only the running count of zeros is kept. A question follows its own bits down.
Reference: Claude & Navarro 2012, doi:10.1007/978-3-642-34109-0_18.
Status: double (sorting and counting directly).
"""

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array

__all__ = ["DominanceCounter"]


class DominanceCounter:
    """Answers many questions about one list of numbers, whose order is kept."""

    def __init__(self, values: Float[Array, " people"]) -> None:
        self._sorted = np.sort(values)
        rank = np.empty(len(values), dtype=np.int32)
        rank[np.argsort(values, kind="stable")] = np.arange(len(values), dtype=np.int32)
        self._bits = max(1, len(values).bit_length())
        self._zeros: list[Int[Array, " people+1"]] = []
        for bit in range(self._bits - 1, -1, -1):
            high = (rank >> bit) & 1 == 1
            zeros = np.zeros(len(values) + 1, dtype=np.int32)
            np.cumsum(~high, out=zeros[1:])
            self._zeros.append(zeros)
            rank = np.concatenate([rank[~high], rank[high]])

    def below(self, bound: Array, start: Array, stop: Array) -> Int[Array, " questions"]:
        """How many numbers at places start ≤ place < stop are smaller than `bound`."""
        return self._smaller(np.searchsorted(self._sorted, bound, side="left"), start, stop)

    def above(
        self, bound: Array, start: Array, stop: Array, *, lowered_by: float = 0.0
    ) -> Int[Array, " questions"]:
        """How many of those numbers, each lowered first, are larger than `bound`."""
        rank = np.searchsorted(self._sorted - lowered_by, bound, side="right")
        return np.asarray(stop - start - self._smaller(rank, start, stop))

    def _smaller(self, rank: Array, start: Array, stop: Array) -> Int[Array, " questions"]:
        """How many of the stretch have a rank below `rank`."""
        found = np.zeros(len(rank), dtype=np.int64)
        left, right = start.astype(np.int32), stop.astype(np.int32)
        for level, zeros in enumerate(self._zeros):
            left_zeros, right_zeros = zeros[left], zeros[right]
            up = (rank >> (self._bits - 1 - level)) & 1 == 1
            found += np.where(up, right_zeros - left_zeros, 0)
            left = np.where(up, zeros[-1] + left - left_zeros, left_zeros)
            right = np.where(up, zeros[-1] + right - right_zeros, right_zeros)
        return found
