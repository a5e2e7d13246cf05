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

    `first`, `last`: where in this order the equal numbers begin and end, counted likewise; None
    where no two members are equal.
    """

    place: Int[Array, "rows people"]
    first: Int[Array, "rows people"] | None
    last: Int[Array, "rows people"] | None


def row_order(values: Float[Array, "rows people"], member: Bool[Array, "rows people"]) -> RowOrder:
    """Order the members of every row by their numbers, which must be finite."""
    rows, people = values.shape
    width = people.bit_length()
    low = np.int64((1 << width) - 1)
    key = (values + 0.0).view(np.int64)  # adding nought makes −0 the same as 0
    key ^= (key >> 63) & _ALL_BUT_SIGN
    key[~member] = _LAST
    key &= ~low
    key |= np.arange(people)
    key.sort(axis=1)
    place = key & low
    place += np.arange(rows)[:, None] * people
    alike = (key[:, 1:] ^ key[:, :-1]).view(np.uint64) <= np.uint64(low)
    alike &= key[:, 1:] < _LAST
    if not alike.any():
        return RowOrder(place, None, None)
    row, column = np.nonzero(alike)
    flat = values.reshape(-1)
    if (flat[place[row, column]] != flat[place[row, column + 1]]).any():
        place, alike = _slowly(values, member)
    return RowOrder(place, *_equals(alike))


def _slowly(values: Array, member: Array) -> tuple[Array, Array]:
    full = np.where(member, values, np.inf)
    order = np.argsort(full, axis=1, kind="stable")
    in_order = np.take_along_axis(full, order, axis=1)
    alike = (in_order[:, 1:] == in_order[:, :-1]) & np.isfinite(in_order[:, 1:])
    return order + np.arange(len(values))[:, None] * values.shape[1], alike


def _equals(alike: Array) -> tuple[Array, Array]:
    rows, people = len(alike), alike.shape[1] + 1
    here = np.arange(rows * people).reshape(rows, people)
    first, last = here.copy(), here.copy()
    first[:, 1:][alike] = 0
    last[:, :-1][alike] = rows * people
    np.maximum.accumulate(first, axis=1, out=first)
    return first, np.minimum.accumulate(last[:, ::-1], axis=1)[:, ::-1]
