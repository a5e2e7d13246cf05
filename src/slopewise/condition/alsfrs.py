"""ALSFRS-R and the original ALSFRS: items, subscores, totals, delta-FRS, and what may not be mixed.

Missing items: one rule for the whole program. A total or subscore is missing (None) when any of
its items is missing; nothing is filled in. assumption: no published rule for missing ALSFRS-R items
was found in the sources read, and a filled-in item would enter every slope as if it were measured.

Scores are whole numbers on the form. Fractions are accepted because PRO-ACT holds them (item values
there may be non-integer); they are kept as they are, never rounded.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from slopewise.condition.alsfrs_form import (
    CUTTING_WITH_GASTROSTOMY,
    CUTTING_WITHOUT_GASTROSTOMY,
    ITEMS,
    ORIGINAL_BREATHING_KEY,
    Domain,
)
from slopewise.errors import InputError

__all__ = [
    "AlsfrsItems",
    "Scale",
    "check_item_score",
    "check_total",
    "delta_frs",
    "item_columns",
    "items_from_columns",
    "one_scale",
    "subscore",
    "subscore_maximum",
    "total",
    "total_disagreement",
]

ITEM_MAXIMUM = 4  # every item is scored 0..4: Cedarbaum 1999, doi:10.1016/S0022-510X(99)00210-5
CUTTING_POSITION = 4  # item 5, counted from 0


class Scale(Enum):
    """Which form was used; totals of the two are never mixed."""

    ALSFRS_R = "ALSFRS-R"  # 12 items, total 0..48
    ALSFRS = "ALSFRS"  # original form, 10 items, total 0..40

    @property
    def item_count(self) -> int:
        """Number of scored items: 12, or 10 on the original form."""
        return 12 if self is Scale.ALSFRS_R else 10

    @property
    def maximum(self) -> int:
        """The best possible total, in points: 48, or 40 on the original form."""
        return ITEM_MAXIMUM * self.item_count


@dataclass(frozen=True, slots=True)
class AlsfrsItems:
    """Item scores 0..4 in form order; item 5 is 5a without gastrostomy or 5b with it.

    Twelve scores are an ALSFRS-R, ten an original ALSFRS. `cutting_with_gastrostomy` is None when
    it was not recorded which of 5a and 5b was asked.
    """

    scores: tuple[float | None, ...]
    cutting_with_gastrostomy: bool | None = None

    def __post_init__(self) -> None:
        if len(self.scores) not in {scale.item_count for scale in Scale}:
            raise InputError(
                f"{len(self.scores)} item scores; give 12 for ALSFRS-R or 10 for the original "
                "ALSFRS, with None for an item that was not scored"
            )
        for key, score in zip(item_columns(self.scale), self.scores, strict=True):
            check_item_score(key, score)

    @property
    def scale(self) -> Scale:
        """The form these items belong to, told by their number."""
        return Scale.ALSFRS_R if len(self.scores) == Scale.ALSFRS_R.item_count else Scale.ALSFRS

    @property
    def missing(self) -> tuple[str, ...]:
        """Keys of the items that were not scored."""
        keys = item_columns(self.scale)
        return tuple(k for k, score in zip(keys, self.scores, strict=True) if score is None)

    def score(self, key: str) -> float | None:
        """The score of one item by its key (`speech`, `cutting_food`, ...)."""
        keys = item_columns(self.scale)
        if key not in keys:
            raise InputError(f"no item {key!r} on {self.scale.value}; use one of {', '.join(keys)}")
        return self.scores[keys.index(key)]


def total(items: AlsfrsItems) -> float | None:
    """Sum of all items, points; None when any item is missing."""
    return sum_or_missing(items.scores)


def subscore(items: AlsfrsItems, domain: Domain) -> float | None:
    """Sum of one domain's items, points; None when any of them is missing.

    Range 0..12. On the original ALSFRS the respiratory domain has a single item (0..4), see
    `subscore_maximum`.
    """
    return sum_or_missing(tuple(items.scores[i] for i in domain_positions(domain, items.scale)))


def subscore_maximum(domain: Domain, scale: Scale) -> int:
    """The best possible subscore of a domain on a form, points."""
    return ITEM_MAXIMUM * len(domain_positions(domain, scale))


def delta_frs(alsfrs_total: float, *, scale: Scale, months_since_onset: float) -> float:
    """Mean loss since onset, points/month: (best total - total) / months since onset.

    Positive = loss; needs an onset before the visit. Kimura et al. 2006, Neurology 66:265-267,
    doi:10.1212/01.wnl.0000194316.91908.8a. It is not a slope between visits and underestimates
    later decline (Proudfoot et al. 2016, doi:10.3109/21678421.2016.1140786).
    """
    check_total(alsfrs_total, scale)
    if not (math.isfinite(months_since_onset) and months_since_onset > 0):
        raise InputError(
            f"{months_since_onset} months since onset; delta-FRS needs an onset before the visit, "
            "so correct the onset date or the visit date"
        )
    return (scale.maximum - alsfrs_total) / months_since_onset


def one_scale(scales: Iterable[Scale]) -> Scale:
    """The form all these totals share; InputError when there are two, or none.

    ALSFRS and ALSFRS-R totals cannot be converted into one another: no published item-level rule
    was found, and rescaling 40 to 48 would invent breathing scores.
    """
    found = set(scales)
    if not found:
        raise InputError("no scored visit; give at least one ALSFRS-R or ALSFRS total")
    if len(found) > 1:
        raise InputError(
            "totals of ALSFRS (0-40) and ALSFRS-R (0-48) are mixed and cannot be converted; keep "
            "the visits of one form, or correct the scale of the visits that were labelled wrongly"
        )
    return found.pop()


def total_disagreement(items: AlsfrsItems, reported_total: float) -> str | None:
    """What is wrong when a written total contradicts its items; None when they agree.

    With missing items the total must still lie between the sum of the known items and that sum plus
    4 points for each missing one.
    """
    known = [score for score in items.scores if score is not None]
    lowest = sum(known)
    highest = lowest + ITEM_MAXIMUM * (len(items.scores) - len(known))
    # assumption: where items are fractions, a total rounded to a whole point is no contradiction.
    whole = all(float(score).is_integer() for score in known)
    allowance = 1e-9 if whole else 0.5 + 1e-9
    if lowest - allowance <= reported_total <= highest + allowance:
        return None
    expected = f"{lowest:g}" if lowest == highest else f"between {lowest:g} and {highest:g}"
    return (
        f"total {reported_total:g} contradicts the items, whose sum is {expected}; "
        "correct the total or the items"
    )


def items_from_columns(columns: Mapping[str, float | None], *, scale: Scale) -> AlsfrsItems:
    """Items from named scores; a name left out is a missing item.

    Item 5 comes as `cutting_5a` (no gastrostomy) or `cutting_5b` (gastrostomy): both filled is an
    error. `cutting_food` is accepted where the file does not say which of the two was asked.
    """
    keys = item_columns(scale)
    cutting_names = (CUTTING_WITHOUT_GASTROSTOMY, CUTTING_WITH_GASTROSTOMY.key, "cutting_food")
    unknown = sorted(set(columns) - set(keys) - set(cutting_names))
    if unknown:
        raise InputError(
            f"no item {unknown[0]!r} on {scale.value}; use {', '.join((*keys, *cutting_names[:2]))}"
        )
    cutting = {name: columns[name] for name in cutting_names if columns.get(name) is not None}
    if len(cutting) > 1:
        filled = " and ".join(
            f"{name} = {value:g}" for name, value in cutting.items() if value is not None
        )
        raise InputError(
            f"item 5 is scored twice ({filled}); score 5a without gastrostomy or 5b with it, "
            "and leave the other empty"
        )
    name, score = next(iter(cutting.items()), ("cutting_food", None))
    with_gastrostomy = None if name == "cutting_food" else name == CUTTING_WITH_GASTROSTOMY.key
    scores = tuple(score if key == "cutting_food" else columns.get(key) for key in keys)
    return AlsfrsItems(scores, with_gastrostomy)


def item_columns(scale: Scale) -> tuple[str, ...]:
    """Keys of a form's items in form order; item 5 is `cutting_food`, however it was asked."""
    keys = tuple(item.key for item in ITEMS)
    return keys if scale is Scale.ALSFRS_R else (*keys[:9], ORIGINAL_BREATHING_KEY)


def check_item_score(key: str, score: float | None) -> None:
    """Refuse a score outside 0..4."""
    if score is not None and not 0 <= score <= ITEM_MAXIMUM:
        raise InputError(
            f"item {key} = {score}; item scores run from 0 to 4, so correct it or leave it empty"
        )


def check_total(alsfrs_total: float, scale: Scale) -> None:
    """Refuse a total outside the range of its form."""
    if not 0 <= alsfrs_total <= scale.maximum:
        hint = ""
        if scale is Scale.ALSFRS and Scale.ALSFRS.maximum < alsfrs_total <= Scale.ALSFRS_R.maximum:
            hint = ", or the visit was scored on ALSFRS-R: then correct its scale"
        raise InputError(
            f"{scale.value} total {alsfrs_total}; it runs from 0 to {scale.maximum}: "
            f"correct the total{hint}"
        )


def domain_positions(domain: Domain, scale: Scale) -> tuple[int, ...]:
    """Places of a domain's items in `scores`, counted from 0."""
    places = (i for i, item in enumerate(ITEMS) if item.domain is domain)
    return tuple(i for i in places if i < scale.item_count)


def sum_or_missing(scores: tuple[float | None, ...]) -> float | None:
    """The sum, or None when any score is missing: the one rule for missing items."""
    known = tuple(score for score in scores if score is not None)
    return sum(known) if len(known) == len(scores) else None
