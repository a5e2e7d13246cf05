"""Standard care that runs beside a cell therapy, and which of it can move the scores.

A verdict compares a course before and after a dose. Care that starts in between is a rival
explanation: a disease-modifying medicine may slow decline, and support changes what an item
measures (ALSFRS-R item 12 falls from 4 when NIV starts; item 5 is asked as 5b after a gastrostomy).
"""

from dataclasses import dataclass
from enum import Enum

from slopewise.errors import InputError

__all__ = [
    "CARE_KINDS",
    "OTHER_PREFIX",
    "CareGroup",
    "CareKind",
    "care_kind",
    "check_care_kind",
    "check_hours_per_day",
    "flags_a_verdict",
]

OTHER_PREFIX = "other: "  # free text is allowed after it, so that nothing has to be left out


class CareGroup(Enum):
    """What a kind of care does to the comparison before and after a dose."""

    DISEASE_MODIFYING = "disease-modifying medicine"
    SUPPORT = "support that changes what an item measures"
    THERAPY = "therapy and aids"
    SYMPTOM_MEDICINE = "medicine for a symptom"


@dataclass(frozen=True, slots=True)
class CareKind:
    """One kind of care; `why_it_matters` says how its start could move the scores."""

    key: str
    label: str
    group: CareGroup
    why_it_matters: str = ""
    synonyms: tuple[str, ...] = ()

    @property
    def flags_a_verdict(self) -> bool:
        """Whether a start near the first dose must travel with the verdict."""
        return self.group in {CareGroup.DISEASE_MODIFYING, CareGroup.SUPPORT}


CARE_KINDS: tuple[CareKind, ...] = (
    CareKind(
        "riluzole",
        "Riluzole",
        CareGroup.DISEASE_MODIFYING,
        # Cochrane review CD001447, doi:10.1002/14651858.CD001447.pub3
        "prolongs survival in trials: hazard ratio 0.84 (95 % 0.70 to 1.00, n = 1282)",
        ("rilutek", "teglutik", "exservan"),
    ),
    CareKind(
        "edaravone",
        "Edaravone",
        CareGroup.DISEASE_MODIFYING,
        # Lancet Neurol 2017;16:505-512 (MCI186-19), doi:10.1016/S1474-4422(17)30115-1
        "slower ALSFRS-R decline over 24 weeks in one selected trial: difference 2.49 points",
        ("radicava", "radicut"),
    ),
    CareKind(
        "tofersen",
        "Tofersen (SOD1)",
        CareGroup.DISEASE_MODIFYING,
        # N Engl J Med 2022;387:1099-1110 (VALOR), doi:10.1056/NEJMoa2204705
        "for SOD1 variants; difference 1.2 points at 28 weeks (95 % -3.2 to 5.5)",
        ("qalsody",),
    ),
    CareKind(
        "phenylbutyrate_taurursodiol",
        "Sodium phenylbutyrate and taurursodiol",
        CareGroup.DISEASE_MODIFYING,
        # N Engl J Med 2020;383:919-930 (CENTAUR), Table 2, PMC9134321
        "slope difference 0.42 points/month in one trial (95 % 0.03 to 0.81)",
        ("amx0035", "relyvrio", "albrioza"),
    ),
    CareKind(
        "other_disease_modifying",
        "Other medicine meant to slow the disease, or another trial's product",
        CareGroup.DISEASE_MODIFYING,
        "may change the course by itself",
        ("trial product", "investigational product"),
    ),
    CareKind(
        "niv",
        "Non-invasive ventilation (NIV)",
        CareGroup.SUPPORT,
        "item 12 falls from 4 when it starts, and breathlessness (items 10, 11) may ease",
        ("non-invasive ventilation", "noninvasive ventilation", "bipap"),
    ),
    CareKind(
        "invasive_ventilation",
        "Invasive ventilation",
        CareGroup.SUPPORT,
        "item 12 becomes 0; a tracheostomy also ends tracheostomy-free survival",
        ("tracheostomy ventilation", "tiv"),
    ),
    CareKind(
        "gastrostomy",
        "Gastrostomy",
        CareGroup.SUPPORT,
        "item 5 is asked as 5b instead of 5a, and item 3 counts tube feeding",
        ("peg", "rig", "pig", "feeding tube"),
    ),
    CareKind("cough_assist", "Cough assist", CareGroup.THERAPY),
    CareKind("physiotherapy", "Physiotherapy and exercise", CareGroup.THERAPY, "", ("physio",)),
    CareKind("occupational_therapy", "Occupational therapy", CareGroup.THERAPY),
    CareKind("speech_therapy", "Speech and language therapy", CareGroup.THERAPY, "", ("slt",)),
    CareKind("communication_aid", "Communication aid or voice banking", CareGroup.THERAPY),
    CareKind("orthosis", "Orthosis or splint", CareGroup.THERAPY, "", ("ankle-foot orthosis",)),
    CareKind("walking_aid", "Walking aid", CareGroup.THERAPY),
    CareKind("wheelchair", "Wheelchair", CareGroup.THERAPY),
    CareKind("nutrition_support", "Dietary advice and supplements", CareGroup.THERAPY),
    CareKind("psychological_support", "Psychological support", CareGroup.THERAPY),
    CareKind("palliative_care", "Palliative care", CareGroup.THERAPY),
    CareKind("mexiletine", "Mexiletine", CareGroup.SYMPTOM_MEDICINE),
    CareKind("quinine", "Quinine", CareGroup.SYMPTOM_MEDICINE),
    CareKind("baclofen", "Baclofen", CareGroup.SYMPTOM_MEDICINE),
    CareKind("tizanidine", "Tizanidine", CareGroup.SYMPTOM_MEDICINE),
    CareKind("dantrolene", "Dantrolene", CareGroup.SYMPTOM_MEDICINE),
    CareKind("gabapentin", "Gabapentin", CareGroup.SYMPTOM_MEDICINE),
    CareKind(
        "dextromethorphan_quinidine",
        "Dextromethorphan and quinidine",
        CareGroup.SYMPTOM_MEDICINE,
        synonyms=("nuedexta",),
    ),
    CareKind("antidepressant", "Antidepressant", CareGroup.SYMPTOM_MEDICINE),
    CareKind("saliva_medicine", "Medicine for saliva", CareGroup.SYMPTOM_MEDICINE),
)


def care_kind(text: str) -> CareKind | None:
    """The kind meant by a key, a label or a common other name; None when it is not known."""
    wanted = text.strip().lower()
    for kind in CARE_KINDS:
        names = {kind.key, kind.key.replace("_", " "), kind.label.lower(), *kind.synonyms}
        if wanted in names:
            return kind
    return None


def flags_a_verdict(kind: str) -> bool:
    """Whether the start of this care must travel with a verdict; "other: …" does not."""
    known = care_kind(kind)
    return known is not None and known.flags_a_verdict


def check_care_kind(kind: str) -> None:
    """Refuse a kind that is neither a known key nor marked as other."""
    if any(kind == known.key for known in CARE_KINDS):
        return
    if kind.startswith(OTHER_PREFIX) and kind.removeprefix(OTHER_PREFIX).strip():
        return
    meant = care_kind(kind)
    remedy = f"write {meant.key}" if meant else f'write "{OTHER_PREFIX}{kind.strip() or "..."}"'
    raise InputError(
        f"standard care {kind!r} is not a known kind; {remedy}, or use one of "
        + ", ".join(known.key for known in CARE_KINDS)
    )


def check_hours_per_day(hours_per_day: float | None) -> None:
    """Refuse hours of use (of NIV) outside a day; None = not recorded."""
    if hours_per_day is not None and not 0 <= hours_per_day <= 24:
        raise InputError(f"{hours_per_day} hours a day; a day has 0 to 24, so correct the hours")
