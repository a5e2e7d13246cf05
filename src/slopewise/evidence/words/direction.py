"""What a report said of decline, where it printed too little to be counted.

Read in this order: a whole-group comparison with its P, then the words of the conclusion as the
record keeps them. A conclusion the words leave open is "not said": none is guessed.
"""

import re

from slopewise.evidence.design import Lane
from slopewise.evidence.effects.spread import p_from_se
from slopewise.evidence.slowing.controlled import (
    difference_of,
    error_of_difference,
    is_unsigned_decline,
)
from slopewise.evidence.slowing.rows import speaks_for_all
from slopewise.evidence.study import GroupDifference, Study
from slopewise.evidence.study_effect import ReportedDirection

__all__ = ["direction_of"]

_THRESHOLD = 0.05
# in this order: words that leave it open, then a finding of none, then one for, then one against
_OPEN = re.compile(
    r"not on (the|a) page|cannot support|no efficacy claim|no systemic|change in the \w+ group not|"
    r"non-significant decline|then decline",
    re.IGNORECASE,
)
_NONE = re.compile(
    r"\bno (\w+ ){0,2}(significant|clear|overall|clinical|functional|als)\b|\bno benefit|no change|"
    r"not (statistically )?significant|endpoints? (were )?missed|missed (the )?(its )?primary|"
    r"did not (slow|differ)|no difference|no effect",
    re.IGNORECASE,
)
_FOR = re.compile(
    r"slow(er|ed|ing|s)\b|benefit|longer survival|less decline|improve|stabili", re.IGNORECASE
)
_AGAINST = re.compile(
    r"faster (decline|progression)|declined faster|accelerated decline|worse than", re.IGNORECASE
)


def direction_of(study: Study) -> ReportedDirection:
    """What the study said of treatment against its comparison, in one of four phrases."""
    if study.lane is not Lane.SINGLE_ARM:
        for row in study.group_differences:
            said = _compared(row) if speaks_for_all(row) else None
            if said is not None:
                return said
    return _concluded(study)


def _compared(row: GroupDifference) -> ReportedDirection | None:
    p_value = _p_value(row)
    if p_value is None:
        text = (row.p_text or "").lower()
        return (
            ReportedDirection.NO_DIFFERENCE if text.startswith(("not significant", "n.s")) else None
        )
    if p_value >= _THRESHOLD:
        return ReportedDirection.NO_DIFFERENCE
    apart = difference_of(row)
    if not apart:
        return None
    if is_unsigned_decline(row):
        apart = -apart
    return ReportedDirection.FAVOURS_TREATMENT if apart > 0 else ReportedDirection.FAVOURS_CONTROL


def _p_value(row: GroupDifference) -> float | None:
    """As printed, else from the difference and its printed error or interval."""
    if row.p_value is not None:
        return row.p_value
    apart, error = difference_of(row), error_of_difference(row)
    return p_from_se(apart, error) if apart is not None and error else None


def _concluded(study: Study) -> ReportedDirection:
    words = study.conclusions.efficacy if study.conclusions is not None else None
    if words is None or _OPEN.search(words):
        return ReportedDirection.NOT_SAID
    if _NONE.search(words):
        return ReportedDirection.NO_DIFFERENCE
    if _AGAINST.search(words):
        return ReportedDirection.FAVOURS_CONTROL
    return ReportedDirection.FAVOURS_TREATMENT if _FOR.search(words) else ReportedDirection.NOT_SAID
