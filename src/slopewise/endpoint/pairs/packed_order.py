"""Put the numbers of each row in order, fast: sort number and place in one whole number.

Sorting places (`argsort`) costs several times what sorting numbers does. The bits of a
floating-point number, with those of negative ones turned round, stand in the order of its size; the
last of them make room for the place in the row. Where two neighbours then look alike their full
numbers are compared, and if that ever shows a wrong order the slow road is taken, so the answer is
always exact.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

__all__ = ["RowOrder", "row_order"]

_ALL_BUT_SIGN = np.int64(0x7FFF_FFFF_FFFF_FFFF)
_LAST = np.int64(0x7FFF_0000_0000_0000)  # above every finite number


@dataclass(frozen=True, eq=False, slots=True)
class RowOrder:
    """`place`: of who comes first, second …, counted through all rows; members come first.

    `alike`: whether a member's number is the same as that of the next; None where none is.
    """

    place: Int[Array, "rows people"]
    alike: Bool[Array, "rows people-1"] | None

    def equals(self) -> tuple[Int[Array, "rows people"], Int[Array, "rows people"]] | None:
        """Where in this order the equal numbers begin and end, counted through all rows."""
        if self.alike is None:
            return None
        rows, people = self.place.shape
        here = np.arange(rows * people).reshape(rows, people)
        first, last = here.copy(), here
        np.putmask(first[:, 1:], self.alike, 0)
        np.putmask(last[:, :-1], self.alike, rows * people)
        np.maximum.accumulate(first, axis=1, out=first)
        return first, np.minimum.accumulate(last[:, ::-1], axis=1)[:, ::-1]


def row_order(values: Float[Array, "rows people"], member: Bool[Array, "rows people"]) -> RowOrder:
    """Order the members of every row by their numbers, which must be finite."""
    rows, people = values.shape
    low = np.int64((1 << people.bit_length()) - 1)
    key = (values + 0.0).view(np.int64)  # adding nought makes −0 the same as 0
    key ^= (key >> 63) & _ALL_BUT_SIGN
    np.putmask(key, ~member, _LAST)
    key &= ~low
    key |= np.arange(people)
    key.sort(axis=1)
    place = key & low
    place += np.arange(rows)[:, None] * people
    alike = (key[:, 1:] ^ key[:, :-1]).view(np.uint64) <= np.uint64(low)
    alike &= key[:, 1:] < _LAST
    if not alike.any():
        return RowOrder(place, None)
    in_order = values.reshape(-1)[place]
    if (alike & (in_order[:, 1:] != in_order[:, :-1])).any():
        return _slowly(values, member)
    return RowOrder(place, alike)


def _slowly(values: Array, member: Array) -> RowOrder:
    full = np.where(member, values, np.inf)
    order = np.argsort(full, axis=1, kind="stable")
    in_order = np.take_along_axis(full, order, axis=1)
    alike = (in_order[:, 1:] == in_order[:, :-1]) & np.isfinite(in_order[:, 1:])
    return RowOrder(order + np.arange(len(values))[:, None] * values.shape[1], alike)
