"""The scales on which the seven symptoms are measured: range, direction and published cut-offs.

Each line carries its source. `verified` is False where the number was not read in a source we could
open; it is shown with that mark, never as a fact. Ranges that are not known are open (None).
"""

from dataclasses import dataclass
from enum import Enum

__all__ = ["SCALES", "CutOff", "CutOffSide", "Direction", "SymptomScale", "scale_named"]


class Direction(Enum):
    """Which way a value gets better."""

    HIGHER_IS_BETTER = "higher is better"
    HIGHER_IS_WORSE = "higher is worse"


class CutOffSide(Enum):
    """On which side of the value the finding lies; the value itself belongs to it."""

    AT_LEAST = "at least"
    AT_MOST = "at most"


@dataclass(frozen=True, slots=True)
class CutOff:
    """A published threshold; it describes a group, and is not a diagnosis."""

    side: CutOffSide
    value: float
    meaning: str
    source: str
    verified: bool = True


@dataclass(frozen=True, slots=True)
class SymptomScale:
    """One scale of one symptom, with its range (None = open) and direction."""

    key: str
    symptom: str
    label: str
    unit: str
    low: float | None
    high: float | None
    direction: Direction
    source: str
    cut_offs: tuple[CutOff, ...] = ()
    verified: bool = True  # the range and direction were read in a source
    whole_numbers: bool = False


_CDE_CNS_BFS = "NINDS common data elements, report 23494"
_CDE_CNS_LS = "NINDS common data elements, report 23507"
_ECAS = "Abrahams et al. 2014, doi:10.3109/21678421.2013.805784; NINDS common data elements F1710"
_ECAS_BORDER = "doi:10.3109/21678421.2015.1030430 (border zone of five points above the cut-off)"
_ALS_CBS = "Woolley et al. 2010, doi:10.3109/17482961003727954"

_WALKING = (
    SymptomScale(
        "alsaq40_mobility",
        "walking",
        "ALSAQ-40 mobility (10 items, last two weeks)",
        "points, 0 to 100",
        0,
        100,
        Direction.HIGHER_IS_WORSE,
        "NINDS common data elements, report 24085; the 0 to 100 scoring is unverified",
        verified=False,
    ),
    SymptomScale(
        "roads",
        "walking",
        "ROADS, raw sum of 28 items scored 0 to 2",
        "points, 0 to 56",
        0,
        56,
        Direction.HIGHER_IS_BETTER,
        "Fournier et al. 2020, doi:10.1001/jamaneurol.2019.4490; direction unverified",
        verified=False,
        whole_numbers=True,
    ),
    SymptomScale(
        "timed_up_and_go",
        "walking",
        "Timed Up and Go",
        "seconds",
        0,
        None,
        Direction.HIGHER_IS_WORSE,
        "J Neuromuscul Dis 2022, doi:10.3233/JND-210730",
    ),
    SymptomScale(
        "timed_10_metre_walk",
        "walking",
        "Ten-metre walk",
        "seconds",
        0,
        None,
        Direction.HIGHER_IS_WORSE,
        "assumption: a usual timed walk; no ALS cut-off was found",
    ),
)

_FALLS = (
    SymptomScale(
        "falls_3_months",
        "falls",
        "Falls in the last 3 months",
        "falls",
        0,
        None,
        Direction.HIGHER_IS_WORSE,
        "no ALS-validated cut-off found; recall period of doi:10.3233/NRE-182531",
        whole_numbers=True,
    ),
    SymptomScale(
        "injurious_falls_3_months",
        "falls",
        "Falls with injury in the last 3 months",
        "falls",
        0,
        None,
        Direction.HIGHER_IS_WORSE,
        "no ALS-validated cut-off found",
        whole_numbers=True,
    ),
)

_HAND = (
    SymptomScale(
        "grip_strength",
        "hand_weakness",
        "Grip strength, better hand",
        "kg",
        0,
        None,
        Direction.HIGHER_IS_BETTER,
        "University of Ljubljana repository, record 104020; assumption: better hand",
    ),
    SymptomScale(
        "pinch_strength",
        "hand_weakness",
        "Pinch strength, better hand",
        "kg",
        0,
        None,
        Direction.HIGHER_IS_BETTER,
        "University of Ljubljana repository, record 104020; assumption: better hand",
    ),
    SymptomScale(
        "nine_hole_peg",
        "hand_weakness",
        "Nine-hole peg test; many cannot finish it late in the disease",
        "seconds",
        0,
        None,
        Direction.HIGHER_IS_WORSE,
        "PMC11893126; University of Ljubljana repository, record 147746",
    ),
)

_SPEECH = (
    SymptomScale(
        "cns_bfs",
        "speech",
        "CNS-BFS, 21-item form (speech, swallowing, salivation)",
        "points",
        0,
        None,
        Direction.HIGHER_IS_WORSE,
        "Smith et al. 2018, doi:10.1111/ene.13638 (PMC6005752); upper end of the range not read",
        (
            CutOff(
                CutOffSide.AT_LEAST,
                33,
                "impaired bulbar function in the Chinese version (n = 111): sensitivity 0.864, "
                "specificity 0.933; side of the cut-off unverified",
                "doi:10.1186/s13023-024-03255-1",
                verified=False,
            ),
        ),
        verified=False,
        whole_numbers=True,
    ),
    SymptomScale(
        "cns_bfs_9",
        "speech",
        "CNS-BFS, earlier nine-item form; not comparable with the 21-item form",
        "points, 9 to 45",
        9,
        45,
        Direction.HIGHER_IS_WORSE,
        _CDE_CNS_BFS,
        (
            CutOff(
                CutOffSide.AT_LEAST,
                21,
                "finds 90 % of people with bulbar dysfunction, specificity 0.97",
                _CDE_CNS_BFS,
            ),
        ),
        whole_numbers=True,
    ),
    SymptomScale(
        "speaking_rate",
        "speech",
        "Speaking rate, read sentences",
        "words/min",
        0,
        None,
        Direction.HIGHER_IS_BETTER,
        "PMC6693567 (147 patients)",
        (
            CutOff(
                CutOffSide.AT_MOST,
                120,
                "intelligibility falls sharply once the rate reaches about 100 to 120 words/min",
                "Ball and Beukelman, Madonna Rehabilitation Hospital",
            ),
        ),
    ),
    SymptomScale(
        "sentence_intelligibility",
        "speech",
        "Sentence intelligibility",
        "percent",
        0,
        100,
        Direction.HIGHER_IS_BETTER,
        "PMC6693567 (147 patients)",
    ),
)

_CRAMPS = (
    SymptomScale(
        "cramps_per_day",
        "cramps",
        "Cramps a day",
        "cramps/day",
        0,
        None,
        Direction.HIGHER_IS_WORSE,
        "PMC5575819 (mean 5.3 a day, n = 282)",
    ),
    SymptomScale(
        "cramps_per_month",
        "cramps",
        "Cramps a month",
        "cramps/month",
        0,
        None,
        Direction.HIGHER_IS_WORSE,
        "doi:10.1002/mus.24892",
    ),
    SymptomScale(
        "cramp_severity",
        "cramps",
        "Cramp severity",
        "points, 0 to 10",
        0,
        10,
        Direction.HIGHER_IS_WORSE,
        "PMC5575819 (mean 5.2, n = 282)",
    ),
    SymptomScale(
        "cramp_severity_vas",
        "cramps",
        "Cramp severity, visual analogue scale",
        "mm, 0 to 100",
        0,
        100,
        Direction.HIGHER_IS_WORSE,
        "doi:10.1002/mus.26117",
    ),
)

_PSEUDOBULBAR = (
    SymptomScale(
        "cns_ls",
        "pseudobulbar_affect",
        "CNS-LS (7 items, past week)",
        "points, 7 to 35",
        7,
        35,
        Direction.HIGHER_IS_WORSE,
        _CDE_CNS_LS,
        (
            CutOff(
                CutOffSide.AT_LEAST,
                11,
                "pseudobulbar affect: sensitivity 0.91, specificity 0.71",
                _CDE_CNS_LS,
            ),
            CutOff(
                CutOffSide.AT_LEAST,
                12,
                "in a Chinese ALS sample (n = 105): sensitivity 0.919, specificity 0.882",
                "PMID 38625649",
            ),
            CutOff(CutOffSide.AT_LEAST, 13, "entry to research studies", _CDE_CNS_LS),
        ),
        whole_numbers=True,
    ),
    SymptomScale(
        "pseudobulbar_episodes_per_day",
        "pseudobulbar_affect",
        "Episodes of laughing or crying a day",
        "episodes/day",
        0,
        None,
        Direction.HIGHER_IS_WORSE,
        "doi:10.1002/ana.22093",
    ),
)

_COGNITION = (
    SymptomScale(
        "ecas_total",
        "cognition_behaviour",
        "ECAS total",
        "points, 0 to 136",
        0,
        136,
        Direction.HIGHER_IS_BETTER,
        _ECAS,
        (
            CutOff(CutOffSide.AT_MOST, 105, "abnormal (UK controls, n = 40)", _ECAS),
            CutOff(CutOffSide.AT_MOST, 110, "border zone above 105", _ECAS_BORDER),
        ),
        whole_numbers=True,
    ),
    SymptomScale(
        "ecas_als_specific",
        "cognition_behaviour",
        "ECAS, ALS-specific part",
        "points, 0 to 100",
        0,
        100,
        Direction.HIGHER_IS_BETTER,
        _ECAS,
        (
            CutOff(CutOffSide.AT_MOST, 77, "abnormal (UK controls, n = 40)", _ECAS),
            CutOff(CutOffSide.AT_MOST, 82, "border zone above 77", _ECAS_BORDER),
        ),
        whole_numbers=True,
    ),
    SymptomScale(
        "ecas_non_specific",
        "cognition_behaviour",
        "ECAS, part not specific to ALS",
        "points, 0 to 36",
        0,
        36,
        Direction.HIGHER_IS_BETTER,
        _ECAS,
        (CutOff(CutOffSide.AT_MOST, 24, "abnormal (UK controls, n = 40)", _ECAS),),
        whole_numbers=True,
    ),
    SymptomScale(
        "als_cbs_cognitive",
        "cognition_behaviour",
        "ALS-CBS, cognitive part (8 tasks)",
        "points, 0 to 20",
        0,
        20,
        Direction.HIGHER_IS_BETTER,
        f"{_ALS_CBS}; range unverified",
        (
            CutOff(CutOffSide.AT_MOST, 10, "frontotemporal dementia", _ALS_CBS, verified=False),
            CutOff(CutOffSide.AT_MOST, 16, "cognitive impairment", _ALS_CBS, verified=False),
        ),
        verified=False,
    ),
    SymptomScale(
        "als_cbs_behaviour",
        "cognition_behaviour",
        "ALS-CBS, carer's part (15 items)",
        "points, 0 to 45",
        0,
        45,
        Direction.HIGHER_IS_BETTER,
        f"{_ALS_CBS}; range unverified",
        (
            CutOff(CutOffSide.AT_MOST, 32, "frontotemporal dementia", _ALS_CBS, verified=False),
            CutOff(CutOffSide.AT_MOST, 36, "behavioural impairment", _ALS_CBS, verified=False),
        ),
        verified=False,
    ),
)

SCALES: tuple[SymptomScale, ...] = (
    *_WALKING,
    *_FALLS,
    *_HAND,
    *_SPEECH,
    *_CRAMPS,
    *_PSEUDOBULBAR,
    *_COGNITION,
)


def scale_named(key: str) -> SymptomScale | None:
    """The scale with this key, or None."""
    return next((scale for scale in SCALES if scale.key == key), None)
