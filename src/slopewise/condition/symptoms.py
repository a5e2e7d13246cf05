"""The seven symptoms that matter to patients: what ALSFRS-R sees of them, scales, usual care.

Facts to be shown next to a measurement, not treatment advice. Cramps, pseudobulbar affect and
changes of thinking and behaviour are not seen by ALSFRS-R at all: a claim that a therapy helps them
needs its own scale. Seven symptoms over many visits give chance "improvements", so all are shown.
"""

import math
from dataclasses import dataclass

from slopewise.condition.symptom_scales import SCALES, SymptomScale, scale_named
from slopewise.errors import InputError

__all__ = [
    "NOT_SEEN_BY_ALSFRS",
    "OTHER_PREFIX",
    "SYMPTOMS",
    "CitedFact",
    "Symptom",
    "check_symptom_measurement",
    "scales_of",
    "symptom_named",
]

OTHER_PREFIX = "other: "  # a scale that is not listed: free text after it, values unchecked

NOT_SEEN_BY_ALSFRS = (
    "Cramps, pseudobulbar affect and changes of thinking and behaviour are not measured by any "
    "ALSFRS-R item. A claim that a therapy helps them needs a scale of their own."
)


@dataclass(frozen=True, slots=True)
class CitedFact:
    """A sentence with its source; `verified` False = not read in a source we could open."""

    text: str
    source: str
    verified: bool = True


@dataclass(frozen=True, slots=True)
class Symptom:
    """One symptom; `alsfrs_items` move with it, `weak_items` a little; keys of condition/alsfrs."""

    key: str
    label: str
    alsfrs_items: tuple[str, ...]
    weak_items: tuple[str, ...]
    facts: tuple[CitedFact, ...]
    usual_care: tuple[CitedFact, ...]

    @property
    def seen_by_alsfrs(self) -> bool:
        """Whether any ALSFRS-R item measures it."""
        return bool(self.alsfrs_items)


_NICE = "NICE guideline NG42 (2016, updated)"

SYMPTOMS: tuple[Symptom, ...] = (
    Symptom(
        "walking",
        "Difficulty walking",
        ("walking", "climbing_stairs"),
        ("turning_in_bed",),
        (
            CitedFact(
                "ROADS correlates 0.90 with the self-entered ALSFRS-R.",
                "doi:10.1002/mus.27691, read in a digest",
            ),
        ),
        (
            CitedFact(
                "Physiotherapy and an exercise programme, orthoses, walking aids, wheelchair.",
                _NICE,
                verified=False,
            ),
            CitedFact(
                "Baclofen, tizanidine, dantrolene or gabapentin for stiffness or spasticity; "
                "specialist referral if these fail.",
                f"{_NICE}, read in a digest",
            ),
        ),
    ),
    Symptom(
        "falls",
        "Falls and tripping",
        ("walking", "climbing_stairs"),
        (),
        (
            CitedFact(
                "7 of 14 inpatients who could walk fell within 3 months of discharge; a longer "
                "Timed Up and Go, slower gait and weaker ankle dorsiflexion went with falls.",
                "doi:10.3233/JND-210730",
            ),
            CitedFact(
                "Weakness of the legs went with falls in the past 3 months (r = 0.385, n = 31).",
                "doi:10.3233/NRE-182531",
            ),
        ),
        (
            CitedFact(
                "Home assessment, aids, ankle-foot orthosis for foot drop.",
                "usual practice, no guideline text read",
                verified=False,
            ),
        ),
    ),
    Symptom(
        "hand_weakness",
        "Hand weakness",
        ("handwriting", "cutting_food", "dressing_hygiene"),
        (),
        (
            CitedFact(
                "Hand-held dynamometry correlates 0.41 to 0.70 with ALSFRS-R, and 0.77 to 0.91 "
                "with the ARAT arm test.",
                "University of Ljubljana repository, record 104020",
            ),
        ),
        (
            CitedFact(
                "Occupational therapy, adapted cutlery and pens, hand splints, environmental "
                "controls.",
                "usual practice, no guideline text read",
                verified=False,
            ),
        ),
    ),
    Symptom(
        "speech",
        "Slurred speech",
        ("speech",),
        ("salivation", "swallowing"),
        (
            CitedFact(
                "Smallest detectable change: 12.07 percentage points of sentence intelligibility, "
                "36.57 words/min; smallest important one: 1.43 and 8.80. What matters is smaller "
                "than what one measurement can show.",
                "PMC6693567 (147 patients)",
            ),
            CitedFact(
                "80 to 95 % cannot meet daily needs by natural speech at some point.",
                "Communication support for people with ALS, discovery.researcher.life",
            ),
        ),
        (
            CitedFact(
                "Early speech therapy, voice banking and communication aids before the speaking "
                "rate falls; shorter sentences help in moderate to severe dysarthria.",
                "PMC6503867",
            ),
        ),
    ),
    Symptom(
        "cramps",
        "Cramps",
        (),
        (),
        (
            CitedFact(
                "95 % have cramps at some time; they vary widely from month to month within a "
                "person and trend down after the first year, so a fall by itself shows nothing.",
                "doi:10.1002/mus.24892",
            ),
        ),
        (
            CitedFact(
                "Quinine is considered first, then baclofen, then tizanidine, dantrolene or "
                "gabapentin.",
                f"{_NICE}, read in a digest",
            ),
            CitedFact(
                "National warnings on quinine apply.", "not read in a source", verified=False
            ),
            CitedFact(
                "Mexiletine 150 mg twice daily: 5.3 to 3.5 cramps a day in a crossover trial of "
                "20; at 900 mg a day 32 % stopped it in a parallel trial of 60.",
                "doi:10.1002/mus.26117; PMC4836879",
            ),
        ),
    ),
    Symptom(
        "pseudobulbar_affect",
        "Pseudobulbar affect (laughing or crying that does not fit the mood)",
        (),
        (),
        (
            CitedFact(
                "Seen in 27 to 49 % of people with bulbar ALS.",
                "NINDS common data elements, report 23507",
            ),
            CitedFact(
                "CNS-LS fell by 5.7 points on placebo in 12 weeks (8.2 on treatment, n = 326): one "
                "fall from before to after shows nothing.",
                "doi:10.1002/ana.22093",
            ),
        ),
        (
            CitedFact(
                "Dextromethorphan with quinidine: 47 to 49 % fewer daily episodes than placebo.",
                "doi:10.1002/ana.22093",
            ),
            CitedFact("Antidepressants are also used.", "review, read in a copy"),
        ),
    ),
    Symptom(
        "cognition_behaviour",
        "Changes of thinking and behaviour",
        (),
        (),
        (
            CitedFact(
                "About 10 to 15 % show frontotemporal dementia, a further 35 % mild change.",
                "NICE NG42, NBK349620",
            ),
            CitedFact(
                "A rise on the same form may be practice: alternate forms are needed.",
                "assumption: repeated tests have a practice effect, and ECAS is no exception",
            ),
        ),
        (
            CitedFact(
                "Tell the team and the carer, adapt decisions and consent, assess capacity early.",
                f"{_NICE}, wording not read",
                verified=False,
            ),
        ),
    ),
)


def symptom_named(key: str) -> Symptom | None:
    """The symptom with this key, or None."""
    return next((symptom for symptom in SYMPTOMS if symptom.key == key), None)


def scales_of(symptom: str) -> tuple[SymptomScale, ...]:
    """The scales on which a symptom is measured."""
    return tuple(scale for scale in SCALES if scale.symptom == symptom)


def check_symptom_measurement(symptom: str, scale: str, value: float) -> None:
    """Refuse an unknown symptom, a scale of another symptom, or a value outside its range."""
    if symptom_named(symptom) is None:
        raise InputError(
            f"symptom {symptom!r} is not known; use one of {', '.join(s.key for s in SYMPTOMS)}"
        )
    if not math.isfinite(value):
        raise InputError(f"{scale} = {value} is not a number; correct it or leave the row out")
    if scale.startswith(OTHER_PREFIX) and scale.removeprefix(OTHER_PREFIX).strip():
        return
    known = scale_named(scale)
    if known is None or known.symptom != symptom:
        raise InputError(
            f"scale {scale!r} does not measure {symptom}; use one of "
            f'{", ".join(s.key for s in scales_of(symptom))}, or "{OTHER_PREFIX}{scale}"'
        )
    check_scale_value(known, value)


def check_scale_value(scale: SymptomScale, value: float) -> None:
    """Refuse a value outside the range of its scale, or a fraction where points are counted."""
    low = -math.inf if scale.low is None else scale.low
    high = math.inf if scale.high is None else scale.high
    if not low <= value <= high:
        end = "no upper end" if scale.high is None else f"{scale.high:g}"
        raise InputError(
            f"{scale.key} = {value:g}; {scale.label} runs from {low:g} to {end} ({scale.unit}): "
            "correct the value or the scale"
        )
    if scale.whole_numbers and not float(value).is_integer():
        raise InputError(f"{scale.key} = {value:g}; it is counted in whole numbers, so correct it")
