"""Who the simulated patients of the demonstration clinic are. Nobody real stands behind them.

Every plan is invented to show one thing the program must handle; `shows` says which.
"""

from dataclasses import dataclass, field

__all__ = ["PLANS", "PRODUCTS", "Plan"]

NOT_DOCUMENTED = "not documented"

# product_id, name, cell_source, donor, lot, passage, viability_percent, release_tests
PRODUCTS = (
    ("ASC-1", "Adipose cells, batch 1", "adipose", "autologous", "A-17", "P3", "93",
     "identity markers, viability, sterility, mycoplasma, endotoxin: all passed"),
    ("ASC-2", "Adipose cells, batch 2", "adipose", "autologous", "A-21", "P4", "88",
     "identity markers, viability, sterility, endotoxin: all passed"),
    ("BM-1", "Bone marrow cells", "bone marrow", "autologous", "B-04", "P2", "95",
     "identity markers, viability, sterility, mycoplasma, endotoxin, karyotype: all passed"),
    ("WJ-1", "Wharton's jelly cells", "Wharton's jelly", "allogeneic", "W-09", "P5", "90",
     "identity markers, viability, potency, sterility, mycoplasma, endotoxin: all passed"),
    ("UC-1", NOT_DOCUMENTED, "umbilical cord", "allogeneic", NOT_DOCUMENTED, NOT_DOCUMENTED, "",
     NOT_DOCUMENTED),
)  # fmt: skip

MONTHLY_BEFORE_12 = tuple(range(-12, 0))
MONTHLY_AFTER_12 = tuple(range(1, 13))
MONTHLY_BEFORE_18 = tuple(range(-18, 0))
MONTHLY_AFTER_18 = tuple(range(1, 19))


@dataclass(frozen=True)
class Plan:
    """One simulated patient; months count from the first dose, slopes are points/month."""

    shows: str
    before: tuple[float, ...]
    after: tuple[float, ...]
    site: str = "limb"
    age: int = 58
    sex: str = "female"
    months_since_onset: float = 18.0  # onset to first dose
    first_total: float = 40.0  # expected at the first visit
    slope: float = -0.9
    theta: float = 0.0  # true slowing from the first dose on
    doses: tuple[float, ...] = (0.0,)
    product: str = "ASC-1"
    route: str = "intrathecal"
    cells: int | None = 50_000_000
    cells_per_kg: int | None = None
    later_product: str | None = None
    selected: bool = False
    in_months: bool = False  # months instead of dates, totals instead of items
    raters: tuple[str, str] = ("R1", "R1")  # before, after the first dose
    modes: tuple[str, str] = ("in person", "in person")
    events: tuple[tuple[float, str, str], ...] = ()
    care: tuple[tuple[str, float, float | None, str], ...] = ()
    adverse: tuple[tuple[float, str, int, str, str, str], ...] = ()
    symptoms: bool = True
    riluzole: bool = field(default=True)


HEADACHE = (0.03, "headache after lumbar puncture", 1, "no", "related", "recovered")
FEVER = (0.06, "fever", 2, "no", "possible", "recovered")
BACK_PAIN = (3.05, "back pain", 1, "no", "possible", "recovered")
PNEUMONIA = (7.4, "pneumonia", 3, "yes", "unrelated", "recovered")

PLANS: tuple[Plan, ...] = (
    Plan("a single dose and no effect", MONTHLY_BEFORE_18, MONTHLY_AFTER_18,
         months_since_onset=26, first_total=46, adverse=(HEADACHE,)),
    Plan("repeated doses with true slowing", MONTHLY_BEFORE_18, MONTHLY_AFTER_18,
         age=51, sex="male", months_since_onset=24, first_total=46, slope=-1.3, theta=0.9,
         doses=(0, 3, 6, 9),
         adverse=(HEADACHE, BACK_PAIN)),
    Plan("bulbar onset, bone marrow cells, no effect", (-6, -5, -4, -3, -2, -1),
         (1, 2, 3, 4, 5, 6, 7, 8, 9, 10), site="bulbar", age=66, product="BM-1", doses=(0, 4),
         cells=30_000_000, slope=-1.0, care=(("gastrostomy", 6.0, None, ""),)),
    Plan("Wharton's jelly cells into the vein with true slowing", MONTHLY_BEFORE_12,
         MONTHLY_AFTER_12, age=47, sex="male", product="WJ-1", route="intravenous", cells=None,
         cells_per_kg=1_000_000, doses=(0, 2, 4, 6), first_total=44, slope=-1.3, theta=0.7,
         adverse=(FEVER,)),
    Plan("fast decline and death", (-5, -4, -3, -2, -1), (1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
         age=71, sex="male", months_since_onset=11, product="BM-1", cells=80_000_000,
         first_total=36, slope=-2.0, events=((11.2, "death", "respiratory failure"),)),
    Plan("too few visits and too short a time", (-3, -2, -1), (1, 2, 3), age=55, product="ASC-2"),
    Plan("hardly any visits before the dose", (-2, -0.5), (1, 2, 3, 4, 5, 6, 8, 10), site="bulbar",
         age=62, sex="male", product="BM-1", slope=-0.8),
    Plan("a score near the floor", (-8, -6, -4, -2), (1, 3, 5, 7, 9), age=64, sex="male",
         months_since_onset=46, first_total=15, slope=-0.9, product="UC-1", cells=100_000_000,
         care=(("invasive_ventilation", -9.0, None, ""), ("gastrostomy", -12.0, None, ""))),
    Plan("another rater and the telephone after the dose", MONTHLY_BEFORE_12, MONTHLY_AFTER_12,
         age=49, slope=-0.7, raters=("R1", "R2"), modes=("in person", "telephone")),
    Plan("NIV begins after the dose", (-7, -6, -5, -4, -3, -2, -1), (1, 2, 3, 4, 5, 6, 7, 8),
         age=60, sex="male", product="WJ-1", cells=40_000_000, slope=-1.1,
         care=(("niv", 2.0, None, "8 hours a day"),)),
    Plan("gastrostomy after the dose: item 5b from then on", (-6, -5, -4, -3, -2, -1),
         (1, 2, 3, 4, 5, 6, 7, 8, 9), site="bulbar", age=68, product="ASC-2",
         care=(("gastrostomy", 3.0, None, ""),)),
    Plan("edaravone begins just before the dose", MONTHLY_BEFORE_12, MONTHLY_AFTER_12, age=44,
         sex="male", slope=-1.0, theta=0.35, doses=(0, 6),
         care=(("edaravone", -0.7, 11.0, "60 mg by infusion"),)),
    Plan("missed visits before a bad event", (-8, -7, -6, -4, -3, -1), (1, 2, 4), age=59,
         slope=-1.3, product="BM-1", cells=60_000_000,
         events=((9.6, "hospitalisation", "pneumonia"), (9.8, "tracheostomy", "")),
         adverse=((9.55, "pneumonia", 4, "yes", "unrelated", "recovered with sequelae"),)),
    Plan("standard care only: no dose was given", (0, 1, 2, 3, 4, 6, 8, 10, 12), (), age=57,
         doses=(), slope=-0.8),
    Plan("nobody documented the product", (-6, -4, -2), (1, 3, 5, 7, 9), age=53, sex="male",
         product=NOT_DOCUMENTED, route="intravenous", cells=None, slope=-0.9),
    Plan("picked because the course looked good", MONTHLY_BEFORE_12, (*MONTHLY_AFTER_12, 13, 15),
         age=42, sex="male", first_total=42, slope=-1.1, theta=1.0, doses=(0, 3, 6),
         selected=True),
    Plan("slow disease: little can be shown", (-12, -9, -6, -3, -1), (2, 5, 8, 11, 14), age=39,
         months_since_onset=60, first_total=42, slope=-0.2, product="WJ-1", cells=40_000_000),
    Plan("a bad spell before the dose, then the usual pace", (-6, -5, -4, -3, -2, -1),
         MONTHLY_AFTER_12, age=63, slope=-1.1, product="BM-1", cells=30_000_000, doses=(0, 1)),
    Plan("decline faster after the dose", MONTHLY_BEFORE_18, (1, 2, 3, 4, 5, 6, 7, 8),
         site="bulbar", age=61, sex="male", months_since_onset=27, first_total=47,
         slope=-0.5, theta=-4.0, product="UC-1", route="intravenous", cells=100_000_000,
         adverse=(FEVER, PNEUMONIA), events=((7.5, "hospitalisation", "pneumonia"),)),
    Plan("a record in months, with totals only", (-9, -7, -5, -3, -1), (1, 3, 5, 7, 9, 11),
         age=56, slope=-0.8, in_months=True, symptoms=False),
    Plan("a dose by weight, and adverse events", (-5, -4, -3, -2, -1), (1, 2, 3, 4, 5, 6, 7),
         age=50, sex="male", product="WJ-1", cells=None, cells_per_kg=2_000_000, doses=(0, 1, 2),
         adverse=(HEADACHE, FEVER, BACK_PAIN)),
    Plan("respiratory onset and permanent ventilation", (-5, -4, -3, -2, -1),
         (1, 2, 3, 4, 5, 6, 7), site="respiratory", age=69, sex="male", months_since_onset=14,
         first_total=37, slope=-1.5, product="BM-1", route="intramuscular", cells=100_000_000,
         care=(("niv", -2.0, None, "16 hours a day"),),
         events=((7.6, "permanent_assisted_ventilation", "more than 22 hours a day"),)),
    Plan("a change of product between doses", MONTHLY_BEFORE_12, MONTHLY_AFTER_12, age=54,
         slope=-1.0, theta=0.3, doses=(0, 3, 6), later_product="ASC-2"),
    Plan("a dose a month ago", (-6, -5, -4, -3, -2, -1), (1,), age=48, sex="male",
         product="ASC-2"),
)  # fmt: skip
