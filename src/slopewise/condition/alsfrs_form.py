"""The printed form: twelve questions, their answers and their domains, as cited data.

Numbers, domains and level wordings: ALSFRS-R, Cedarbaum et al. 1999, J Neurol Sci 169:13-21,
doi:10.1016/S0022-510X(99)00210-5; the wordings are shortened from the public form text and the
self-explanatory edition (PMC9753252 Table 1). Every answer compares the patient with the state
before the first symptom of ALS, not with the previous visit.
"""

from dataclasses import dataclass
from enum import Enum

__all__ = [
    "CUTTING_WITHOUT_GASTROSTOMY",
    "CUTTING_WITH_GASTROSTOMY",
    "ITEMS",
    "ORIGINAL_BREATHING_KEY",
    "AlsfrsItem",
    "Domain",
    "item_named",
]


class Domain(Enum):
    """The four correlated parts of function (Bakker et al. 2017, doi:10.1007/s00415-017-8538-4)."""

    BULBAR = "bulbar"
    FINE_MOTOR = "fine motor"
    GROSS_MOTOR = "gross motor"
    RESPIRATORY = "respiratory"


@dataclass(frozen=True, slots=True)
class AlsfrsItem:
    """One question; `levels[score]` is the wording of a score from 0 (worst) to 4 (best)."""

    number: int
    key: str
    label: str
    domain: Domain
    levels: tuple[str, str, str, str, str]


ITEMS: tuple[AlsfrsItem, ...] = (
    AlsfrsItem(
        1,
        "speech",
        "Speech",
        Domain.BULBAR,
        (
            "useful speech lost",
            "combined with non-vocal means",
            "intelligible with repeating",
            "detectable disturbance",
            "normal",
        ),
    ),
    AlsfrsItem(
        2,
        "salivation",
        "Salivation",
        Domain.BULBAR,
        (
            "marked drooling, constant tissue",
            "marked excess, some drooling",
            "moderate excess, minimal drooling",
            "slight excess, maybe night drooling",
            "normal",
        ),
    ),
    AlsfrsItem(
        3,
        "swallowing",
        "Swallowing",
        Domain.BULBAR,
        (
            "nothing by mouth",
            "supplemental tube feeding",
            "diet consistency changed",
            "occasional choking",
            "normal",
        ),
    ),
    AlsfrsItem(
        4,
        "handwriting",
        "Handwriting",
        Domain.FINE_MOTOR,
        (
            "cannot grip pen",
            "grips pen, cannot write",
            "some words illegible",
            "slow, all words legible",
            "normal",
        ),
    ),
    AlsfrsItem(
        5,
        "cutting_food",
        "Cutting food",
        Domain.FINE_MOTOR,
        (
            "fed by others",
            "food cut by others, feeds self",
            "some help needed",
            "slow, no help",
            "normal",
        ),
    ),
    AlsfrsItem(
        6,
        "dressing_hygiene",
        "Dressing and hygiene",
        Domain.FINE_MOTOR,
        (
            "total dependence",
            "attendant needed",
            "intermittent help",
            "independent with effort",
            "normal",
        ),
    ),
    AlsfrsItem(
        7,
        "turning_in_bed",
        "Turning in bed",
        Domain.GROSS_MOTOR,
        (
            "helpless",
            "can initiate only",
            "alone with great difficulty",
            "slow, no help",
            "normal",
        ),
    ),
    AlsfrsItem(
        8,
        "walking",
        "Walking",
        Domain.GROSS_MOTOR,
        (
            "no purposeful leg movement",
            "non-ambulatory movement",
            "walks with assistance",
            "early difficulty",
            "normal",
        ),
    ),
    AlsfrsItem(
        9,
        "climbing_stairs",
        "Climbing stairs",
        Domain.GROSS_MOTOR,
        ("cannot", "needs assistance", "mild unsteadiness or fatigue", "slow", "normal"),
    ),
    AlsfrsItem(
        10,
        "dyspnea",
        "Dyspnoea",
        Domain.RESPIRATORY,
        (
            "considering mechanical support",
            "at rest",
            "with eating, bathing or dressing",
            "when walking",
            "none",
        ),
    ),
    AlsfrsItem(
        11,
        "orthopnea",
        "Orthopnoea",
        Domain.RESPIRATORY,
        (
            "cannot sleep",
            "only sleeps sitting",
            "more than 2 pillows",
            "some night difficulty, at most 2 pillows",
            "none",
        ),
    ),
    AlsfrsItem(
        12,
        "respiratory_insufficiency",
        "Respiratory insufficiency",
        Domain.RESPIRATORY,
        (
            "invasive ventilation",
            "NIV night and day",
            "continuous NIV at night",
            "intermittent NIV",
            "none",
        ),
    ),
)

# Item 5 is asked in one of two ways: 5a without gastrostomy (the wording in ITEMS), 5b with it.
CUTTING_WITHOUT_GASTROSTOMY = "cutting_5a"
CUTTING_WITH_GASTROSTOMY = AlsfrsItem(
    5,
    "cutting_5b",
    "Cutting food and handling utensils, with gastrostomy",
    Domain.FINE_MOTOR,
    (
        "cannot do any part",
        "minimal help to caregiver",
        "some help with closures",
        "clumsy, all manipulations alone",
        "normal",
    ),
)

# The original ten-item ALSFRS asks one question on breathing in place of items 10-12 of ALSFRS-R.
ORIGINAL_BREATHING_KEY = "respiratory"


def item_named(key: str) -> AlsfrsItem | None:
    """The question with this key, or None; `cutting_5a` is the item `cutting_food`."""
    if key == CUTTING_WITHOUT_GASTROSTOMY:
        key = "cutting_food"
    if key == CUTTING_WITH_GASTROSTOMY.key:
        return CUTTING_WITH_GASTROSTOMY
    return next((item for item in ITEMS if item.key == key), None)
