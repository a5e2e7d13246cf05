"""The files of slopewise's own folder: every column, its unit and what it may hold."""

from slopewise.condition.breathing import (
    PERCENT_PREDICTED_MAXIMUM,
    PERCENT_PREDICTED_UNUSUAL,
    VitalCapacity,
)
from slopewise.condition.history import ONSET_SITES
from slopewise.condition.standard_care import CARE_KINDS
from slopewise.condition.survival_event import CensoringReason, SurvivalEventKind
from slopewise.condition.symptom_scales import SCALES
from slopewise.condition.symptoms import SYMPTOMS
from slopewise.records.file_columns import Column, Kind, TableLayout, TimePair
from slopewise.therapy.administration import NOT_DOCUMENTED, ROUTES
from slopewise.therapy.adverse_event import Outcome, Relation, Severity
from slopewise.therapy.product import CELL_SOURCES, DONORS

__all__ = ["ITEM_COLUMNS", "PRODUCT_FACTS", "TABLES", "table"]

# ALSFRS-R items 1..12, item 5 in its two forms (condition/alsfrs.py has the scale's source).
ITEM_COLUMNS = (
    "speech",
    "salivation",
    "swallowing",
    "handwriting",
    "cutting_5a",
    "cutting_5b",
    "cutting_food",
    "dressing_hygiene",
    "turning_in_bed",
    "walking",
    "climbing_stairs",
    "dyspnea",
    "orthopnea",
    "respiratory_insufficiency",
    "respiratory",
)
PRODUCT_FACTS = (
    "name",
    "cell_source",
    "donor",
    "lot",
    "passage",
    "viability_percent",
    "release_tests",
)

_PATIENT = Column(
    "patient_id",
    Kind.TEXT,
    "The clinic's pseudonym for the patient; no names",
    example="DEMO-001",
    required=True,
)
_DATE = Column("date", Kind.DATE, "Day it was", example="2024-03-05")
_MONTH = Column(
    "month",
    Kind.MONTH,
    "Months on the patient's own clock, instead of a date; any zero, the same in all files",
    unit="months of 30.4375 days",
    example="-2.5",
)
_WHEN = TimePair("date", "month", required=True)


def _item(name: str, meaning: str) -> Column:
    return Column(name, Kind.NUMBER, meaning, unit="points, 0 to 4", example="3", low=0, high=4)


_ITEMS = (
    _item("speech", "Item 1, speech"),
    _item("salivation", "Item 2, salivation"),
    _item("swallowing", "Item 3, swallowing"),
    _item("handwriting", "Item 4, handwriting"),
    _item("cutting_5a", "Item 5a, cutting food without gastrostomy; empty if 5b was scored"),
    _item("cutting_5b", "Item 5b, cutting food with gastrostomy; empty if 5a was scored"),
    _item("cutting_food", "Item 5 where the source does not say which of 5a and 5b was asked"),
    _item("dressing_hygiene", "Item 6, dressing and hygiene"),
    _item("turning_in_bed", "Item 7, turning in bed"),
    _item("walking", "Item 8, walking"),
    _item("climbing_stairs", "Item 9, climbing stairs"),
    _item("dyspnea", "Item 10 of the ALSFRS-R, dyspnoea"),
    _item("orthopnea", "Item 11 of the ALSFRS-R, orthopnoea"),
    _item("respiratory_insufficiency", "Item 12 of the ALSFRS-R, respiratory insufficiency"),
    _item("respiratory", "Item 10 of the original ALSFRS; empty for the ALSFRS-R"),
)

_PATIENTS = TableLayout(
    "patients",
    "One row a patient. A patient of another file who is missing here is kept, facts unknown.",
    (
        _PATIENT,
        Column(
            "onset_date", Kind.DATE, "Day of first weakness", example="2022-11-01", row_stays=True
        ),
        Column("onset_month", Kind.MONTH, "The same in months", row_stays=True),
        Column("diagnosis_date", Kind.DATE, "Day of diagnosis", row_stays=True),
        Column("diagnosis_month", Kind.MONTH, "The same in months", row_stays=True),
        Column(
            "onset_site",
            Kind.CHOICE,
            "Where weakness began",
            example="limb",
            row_stays=True,
            choices=ONSET_SITES,
            synonyms=(("spinal", "limb"),),
        ),
        Column(
            "age_at_onset",
            Kind.NUMBER,
            "Age at first weakness",
            unit="years",
            example="58",
            row_stays=True,
            low=0,
            high=120,
        ),
        Column(
            "age_at_baseline",
            Kind.NUMBER,
            "Age at the first dose or, without a dose, at the first visit",
            unit="years",
            row_stays=True,
            low=0,
            high=120,
        ),
        Column(
            "sex",
            Kind.CHOICE,
            "Sex",
            row_stays=True,
            choices=("female", "male", "other"),
            synonyms=(("f", "female"), ("m", "male")),
        ),
        Column(
            "selected_post_hoc",
            Kind.YES_NO,
            "Picked for this file because the course looked good",
            example="no",
            row_stays=True,
        ),
        Column("simulated", Kind.YES_NO, "Made by a computer, not a person", row_stays=True),
        Column(
            "study_arm",
            Kind.CHOICE,
            "Arm of a trial, where the patient was in one",
            row_stays=True,
            choices=("active", "placebo", "no treatment"),
            other_allowed=True,
        ),
    ),
    key=("patient_id",),
    times=(
        TimePair("onset_date", "onset_month", required=False),
        TimePair("diagnosis_date", "diagnosis_month", required=False),
    ),
)

_VISITS = TableLayout(
    "visits",
    "One row a scored visit: the items, or the total, or both. The only file that must be there.",
    (
        _PATIENT,
        _DATE,
        _MONTH,
        *_ITEMS,
        Column(
            "alsfrs_total",
            Kind.NUMBER,
            "Total; may be empty when the items are given",
            unit="points, 0 to 48 (ALSFRS: 0 to 40)",
            example="41",
            low=0,
            high=48,
        ),
        Column(
            "scale",
            Kind.CHOICE,
            "Which form was used; empty means ALSFRS-R",
            example="ALSFRS-R",
            choices=("ALSFRS-R", "ALSFRS"),
            synonyms=(("alsfrsr", "ALSFRS-R"), ("alsfrs_r", "ALSFRS-R")),
            default="ALSFRS-R",
        ),
        Column("rater", Kind.TEXT, "Code of the rater; no names", example="R1"),
        Column("mode", Kind.TEXT, "In person, telephone, video, self entry", example="in person"),
    ),
    key=("patient_id", "date", "month", "scale"),
    times=(_WHEN,),
)

_PRODUCT_COLUMNS = (
    Column("name", Kind.TEXT, "Product name"),
    Column(
        "cell_source",
        Kind.CHOICE,
        "Where the cells come from",
        example="adipose",
        row_stays=True,
        choices=(*CELL_SOURCES, NOT_DOCUMENTED),
        synonyms=tuple((other, name) for name, others in CELL_SOURCES.items() for other in others),
        other_allowed=True,
    ),
    Column(
        "donor",
        Kind.CHOICE,
        "The patient (autologous) or somebody else (allogeneic)",
        example="autologous",
        row_stays=True,
        choices=DONORS,
    ),
    Column("lot", Kind.TEXT, "Lot number", example="A-17"),
    Column("passage", Kind.TEXT, "Passage at release", example="P3"),
    Column(
        "viability_percent",
        Kind.NUMBER,
        "Living cells at release",
        unit="percent",
        example="93",
        row_stays=True,
        low=0,
        high=100,
    ),
    Column("release_tests", Kind.TEXT, "Release tests and their results", example="all passed"),
)

_PRODUCTS = TableLayout(
    "products",
    'One row a cell product. "not documented" is a value; an empty text cell means it too.',
    (
        Column(
            "product_id",
            Kind.TEXT,
            "The product, as doses.csv names it",
            example="ASC-1",
            required=True,
        ),
        *_PRODUCT_COLUMNS,
    ),
    key=("product_id",),
)

_DOSES = TableLayout(
    "doses",
    "One row a dose of a cell product.",
    (
        _PATIENT,
        _DATE,
        _MONTH,
        Column(
            "product_id",
            Kind.TEXT,
            'The product (products.csv); "not documented" where nobody knows',
            example="ASC-1",
            required=True,
        ),
        Column(
            "route",
            Kind.CHOICE,
            "How it was given; two routes on one day are two rows",
            example="intrathecal",
            row_stays=True,
            choices=(*ROUTES, NOT_DOCUMENTED),
            synonyms=(("it", "intrathecal"), ("iv", "intravenous"), ("im", "intramuscular")),
            other_allowed=True,
        ),
        Column(
            "cells",
            Kind.INTEGER,
            "Cells given",
            unit="cells",
            example="50000000",
            row_stays=True,
            low=1,
        ),
        Column(
            "cells_per_kg",
            Kind.INTEGER,
            "Cells given for each kilogram of body weight",
            unit="cells/kg",
            example="1000000",
            row_stays=True,
            low=1,
        ),
    ),
    key=("patient_id", "date", "month", "product_id", "route"),
    times=(_WHEN,),
)

_EVENTS = TableLayout(
    "events",
    "One row a dated event; the first three kinds end tracheostomy-free survival.",
    (
        _PATIENT,
        _DATE,
        _MONTH,
        Column(
            "kind",
            Kind.CHOICE,
            "What happened",
            example="death",
            required=True,
            choices=(
                *(kind.value for kind in SurvivalEventKind),
                "hospitalisation",
                *(reason.value for reason in CensoringReason),
            ),
            synonyms=(
                ("died", "death"),
                ("hospitalization", "hospitalisation"),
                ("pav", "permanent_assisted_ventilation"),
            ),
        ),
        Column("detail", Kind.TEXT, "Anything else about it; no names"),
    ),
    key=("patient_id", "kind", "date", "month"),
    times=(_WHEN,),
)

_CARE = TableLayout(
    "care",
    "One row a span of standard care; an empty end means that it goes on.",
    (
        _PATIENT,
        Column(
            "kind",
            Kind.CHOICE,
            "Which care",
            example="riluzole",
            required=True,
            choices=tuple(kind.key for kind in CARE_KINDS),
            synonyms=tuple(
                (name, kind.key) for kind in CARE_KINDS for name in (kind.label, *kind.synonyms)
            ),
            other_allowed=True,
        ),
        Column("start_date", Kind.DATE, "First day", example="2023-02-01"),
        Column("start_month", Kind.MONTH, "The same in months"),
        Column("end_date", Kind.DATE, "Last day; empty = goes on"),
        Column("end_month", Kind.MONTH, "The same in months"),
        Column("detail", Kind.TEXT, "Dose, reason for stopping", example="50 mg twice"),
        Column(
            "hours_per_day",
            Kind.NUMBER,
            "Hours of use a day, of NIV",
            unit="hours, 0 to 24",
            example="8",
            row_stays=True,
            low=0,
            high=24,
        ),
    ),
    key=("patient_id", "kind", "start_date", "start_month"),
    times=(
        TimePair("start_date", "start_month", required=True),
        TimePair("end_date", "end_month", required=False),
    ),
)

_BREATHING = TableLayout(
    "breathing",
    "One row a vital capacity test.",
    (
        _PATIENT,
        _DATE,
        _MONTH,
        Column(
            "measure",
            Kind.CHOICE,
            "Forced or slow vital capacity; the two are never mixed",
            example="SVC",
            required=True,
            choices=tuple(capacity.value for capacity in VitalCapacity),
        ),
        Column(
            "percent_predicted",
            Kind.NUMBER,
            "Vital capacity",
            unit="percent of predicted",
            example="84",
            required=True,
            low=0,
            high=PERCENT_PREDICTED_MAXIMUM,
            unusual_low=PERCENT_PREDICTED_UNUSUAL[0],
            unusual_high=PERCENT_PREDICTED_UNUSUAL[1],
        ),
    ),
    key=("patient_id", "date", "month", "measure"),
    times=(_WHEN,),
)

_SYMPTOMS = TableLayout(
    "symptoms",
    "One row a value on one scale of one of the seven symptoms.",
    (
        _PATIENT,
        _DATE,
        _MONTH,
        Column(
            "symptom",
            Kind.CHOICE,
            "Which symptom",
            example="cramps",
            required=True,
            choices=tuple(symptom.key for symptom in SYMPTOMS),
        ),
        Column(
            "scale",
            Kind.CHOICE,
            "Which scale; ranges and units: docs/models/symptoms.md",
            example="cramps_per_day",
            required=True,
            choices=tuple(scale.key for scale in SCALES),
            other_allowed=True,
        ),
        Column("value", Kind.NUMBER, "The value, in the scale's unit", example="3", required=True),
    ),
    key=("patient_id", "date", "month", "symptom", "scale"),
    times=(_WHEN,),
)

_ADVERSE_EVENTS = TableLayout(
    "adverse_events",
    "One row an adverse event.",
    (
        _PATIENT,
        Column("date", Kind.DATE, "First day", example="2024-03-06"),
        Column("month", Kind.MONTH, "The same in months"),
        Column("end_date", Kind.DATE, "Last day; empty = unknown or going on"),
        Column("end_month", Kind.MONTH, "The same in months"),
        Column("term", Kind.TEXT, "What happened, one term", example="headache", required=True),
        Column(
            "grade",
            Kind.INTEGER,
            "CTCAE grade: 1 mild to 5 death",
            unit="grade, 1 to 5",
            example="1",
            row_stays=True,
            low=1,
            high=5,
        ),
        Column(
            "serious",
            Kind.YES_NO,
            "Serious: death, danger to life, hospital, lasting damage",
            example="no",
            row_stays=True,
        ),
        Column(
            "related",
            Kind.CHOICE,
            "Judged to be related to the product or the procedure",
            example="possible",
            row_stays=True,
            choices=tuple(relation.value for relation in Relation),
            synonyms=(("yes", "related"), ("no", "unrelated"), ("not related", "unrelated")),
        ),
        Column(
            "severity",
            Kind.CHOICE,
            "Severity in words (CDISC AESEV); not the same as the grade",
            example="mild",
            row_stays=True,
            choices=tuple(severity.value for severity in Severity),
        ),
        Column(
            "outcome",
            Kind.CHOICE,
            "How it ended (CDISC AEOUT)",
            example="recovered",
            row_stays=True,
            choices=tuple(outcome.value for outcome in Outcome),
            synonyms=(
                *((part, o.value) for o in Outcome for part in o.value.split("/")),
                ("recovered with sequelae", Outcome.RECOVERED_WITH_SEQUELAE.value),
                ("ongoing", Outcome.NOT_RECOVERED.value),
                ("death", Outcome.FATAL.value),
            ),
        ),
    ),
    key=("patient_id", "date", "month", "term"),
    times=(_WHEN, TimePair("end_date", "end_month", required=False)),
)

TABLES = (
    _PATIENTS,
    _VISITS,
    _PRODUCTS,
    _DOSES,
    _EVENTS,
    _CARE,
    _BREATHING,
    _SYMPTOMS,
    _ADVERSE_EVENTS,
)


def table(name: str) -> TableLayout:
    """The layout of that name; KeyError if there is none."""
    for layout in TABLES:
        if layout.name == name:
            return layout
    raise KeyError(name)
