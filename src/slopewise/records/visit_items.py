"""The item columns of a visit, as they are stored, to the items of its form."""

from collections.abc import Mapping
from typing import Any

from slopewise.condition.alsfrs import AlsfrsItems, Scale

__all__ = ["BREATHING_ITEMS", "CUTTING_ITEMS", "item_scores", "items_of_visit"]

CUTTING_ITEMS = ("cutting_5a", "cutting_5b", "cutting_food")
BREATHING_ITEMS = {
    Scale.ALSFRS_R: ("dyspnea", "orthopnea", "respiratory_insufficiency"),
    Scale.ALSFRS: ("respiratory",),
}
BEFORE_CUTTING = ("speech", "salivation", "swallowing", "handwriting")
AFTER_CUTTING = ("dressing_hygiene", "turning_in_bed", "walking", "climbing_stairs")


def item_scores(values: Mapping[str, Any], scale: Scale) -> list[float | None]:
    """The scores in form order; None where an item was not scored."""
    cutting = next((values[n] for n in CUTTING_ITEMS if values.get(n) is not None), None)
    return [
        *(values.get(name) for name in BEFORE_CUTTING),
        cutting,
        *(values.get(name) for name in AFTER_CUTTING),
        *(values.get(name) for name in BREATHING_ITEMS[scale]),
    ]


def items_of_visit(values: Mapping[str, Any], scale: Scale) -> AlsfrsItems | None:
    """The items, None where none of them was scored."""
    scores = item_scores(values, scale)
    if all(score is None for score in scores):
        return None
    with_gastrostomy = None
    if values.get("cutting_5b") is not None:
        with_gastrostomy = True
    elif values.get("cutting_5a") is not None:
        with_gastrostomy = False
    return AlsfrsItems(tuple(scores), with_gastrostomy)
