"""Diagnostic categories as they were recorded; slopewise applies no criteria itself."""

from enum import Enum

__all__ = ["ElEscorialCategory", "GoldCoast"]


class ElEscorialCategory(Enum):
    """Certainty by the revised El Escorial criteria.

    Brooks et al. 2000, Amyotroph Lateral Scler 1:293-299, doi:10.1080/146608200300079536.
    "Suspected" belongs to the original criteria of 1994 and still occurs in older records.
    """

    DEFINITE = "definite"
    PROBABLE = "probable"
    PROBABLE_LABORATORY_SUPPORTED = "probable, laboratory supported"
    POSSIBLE = "possible"
    SUSPECTED = "suspected"


class GoldCoast(Enum):
    """ALS or not by the Gold Coast criteria.

    Shefner et al. 2020, Clin Neurophysiol 131:1975-1978, doi:10.1016/j.clinph.2020.04.005.
    """

    YES = "yes"
    NO = "no"
    NOT_ASSESSED = "not assessed"
