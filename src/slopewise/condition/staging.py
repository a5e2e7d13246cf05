"""King's and MiToS stages from ALSFRS-R items and death.

King's: Balendra et al. 2014, doi:10.3109/21678421.2014.897357 (stages estimated from ALSFRS-R).
MiToS: Chiò et al. 2015, J Neurol Neurosurg Psychiatry 86:38-44, Table 1,
doi:10.1136/jnnp-2013-306589.

A stage is None when the items that were not scored could change it; `missing` then names them. Both
stages can fall again when scores rise: a stage is a description of a visit, not a ratchet.
"""

from dataclasses import dataclass

from slopewise.condition.alsfrs import AlsfrsItems, Scale, item_columns

__all__ = ["KingsStage", "MitosStage", "kings_stage", "mitos_stage"]


@dataclass(frozen=True, slots=True)
class KingsStage:
    """King's stage 1..5 with its facts.

    0 means that no region is shown by the items used (`no_region_shown`): items 6, 7, 9 and 11 are
    not looked at, so it is not "no disease". None: `missing` names the items that were needed.
    """

    stage: int | None
    label: str  # "2", "4A", "4B", "4A+4B", "5", or "" when the stage is None
    regions: tuple[str, ...] = ()  # of bulbar, upper limb, lower limb
    gastrostomy: bool | None = None  # 4A
    ventilatory_need: bool | None = None  # 4B
    no_region_shown: bool = False
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MitosStage:
    """MiToS stage 0..5 with the domains lost. None: `missing` names the items that were needed."""

    stage: int | None
    domains_lost: tuple[str, ...] = ()  # of movement, swallowing, communication, breathing
    missing: tuple[str, ...] = ()


def kings_stage(
    items: AlsfrsItems | None,
    *,
    died: bool = False,
    gastrostomy: bool | None = None,
    min_stage_1: bool = False,
) -> KingsStage:
    """King's stage from the items of one visit.

    5 death; 4 gastrostomy (4A) or item 10 = 0 or item 12 below 4 (4B); otherwise the number of
    regions involved: bulbar (items 1-3 below 4), upper limb (4 or 5a), lower limb (8).

    `gastrostomy` may say what the items do not (from dated care records); 5b scored or True here
    is a gastrostomy. `min_stage_1` gives 1 instead of 0 to a visit at which no region is shown,
    because the patient has a diagnosis; one published implementation does so, another keeps 0.
    """
    if died:
        return KingsStage(5, "5")
    scores = named_scores(items)
    tube = gastrostomy_in_use(items, recorded=gastrostomy)
    breathing = any_true(
        equals_zero(scores["dyspnea"]), below_4(scores["respiratory_insufficiency"])
    )
    if tube or breathing:
        label = "+".join(name for name, holds in (("4A", tube), ("4B", breathing)) if holds)
        return KingsStage(4, label, gastrostomy=tube, ventilatory_need=breathing)
    involved = {
        "bulbar": any_true(*(below_4(scores[k]) for k in ("speech", "salivation", "swallowing"))),
        "upper limb": any_true(below_4(scores["handwriting"]), below_4(scores["cutting_food"])),
        "lower limb": below_4(scores["walking"]),
    }
    regions = tuple(region for region, is_involved in involved.items() if is_involved)
    missing = kings_missing(scores, involved, tube=tube, breathing=breathing)
    if missing:
        return KingsStage(None, "", regions, tube, breathing, missing=missing)
    stage = max(len(regions), 1 if min_stage_1 else 0)
    return KingsStage(stage, str(stage), regions, tube, breathing, no_region_shown=not regions)


def mitos_stage(items: AlsfrsItems | None, *, died: bool = False) -> MitosStage:
    """MiToS stage from the items of one visit: one point for each domain lost, 5 for death.

    Movement: item 8 or item 6 at most 1. Swallowing: item 3 at most 1. Communication: item 1 AND
    item 4 at most 1 (some public code says "or"; the published table says "and"). Breathing: item
    10 at most 1 or item 12 at most 2.
    """
    if died:
        return MitosStage(5)
    scores = named_scores(items)
    rules = {
        "movement": (any_true, (("walking", 1), ("dressing_hygiene", 1))),
        "swallowing": (any_true, (("swallowing", 1),)),
        "communication": (all_true, (("speech", 1), ("handwriting", 1))),
        "breathing": (any_true, (("dyspnea", 1), ("respiratory_insufficiency", 2))),
    }
    lost: list[str] = []
    missing: list[str] = []
    for domain, (combine, thresholds) in rules.items():
        is_lost = combine(*(at_most(scores[key], limit) for key, limit in thresholds))
        if is_lost is None:
            missing.extend(key for key, _ in thresholds if scores[key] is None)
        elif is_lost:
            lost.append(domain)
    return MitosStage(None if missing else len(lost), tuple(lost), tuple(missing))


def named_scores(items: AlsfrsItems | None) -> dict[str, float | None]:
    """Scores under the ALSFRS-R keys; the old form's breathing item is another question."""
    keys = item_columns(Scale.ALSFRS_R)
    if items is None:
        return dict.fromkeys(keys)
    shared = keys if items.scale is Scale.ALSFRS_R else keys[:9]  # items 1-9 are the same question
    return dict.fromkeys(keys) | dict(zip(shared, items.scores, strict=False))


def gastrostomy_in_use(items: AlsfrsItems | None, *, recorded: bool | None) -> bool | None:
    """True when 5b was scored or a gastrostomy is on record; None when neither source says."""
    scored = items.cutting_with_gastrostomy if items is not None else None
    said = [source for source in (scored, recorded) if source is not None]
    return any(said) if said else None


def kings_missing(
    scores: dict[str, float | None],
    involved: dict[str, bool | None],
    *,
    tube: bool | None,
    breathing: bool | None,
) -> tuple[str, ...]:
    """The items, by key, whose absence leaves King's stage open."""
    items_of = {
        "bulbar": ("speech", "salivation", "swallowing"),
        "upper limb": ("handwriting", "cutting_food"),
        "lower limb": ("walking",),
    }
    open_items = [
        key
        for region, is_involved in involved.items()
        if is_involved is None
        for key in items_of[region]
        if scores[key] is None
    ]
    if tube is None:
        open_items.append("gastrostomy (5a or 5b)")
    if breathing is None:
        keys = ("dyspnea", "respiratory_insufficiency")
        open_items.extend(key for key in keys if scores[key] is None)
    return tuple(open_items)


def below_4(score: float | None) -> bool | None:
    """Whether any function is lost on this item; None when it was not scored."""
    return None if score is None else score < 4


def equals_zero(score: float | None) -> bool | None:
    """Whether the item is at its worst; None when it was not scored."""
    return None if score is None else score == 0


def at_most(score: float | None, limit: float) -> bool | None:
    """Whether the score is at or below the limit; None when it was not scored."""
    return None if score is None else score <= limit


def any_true(*answers: bool | None) -> bool | None:
    """Three-valued "or": True if one is True, None if the unknown ones could decide."""
    if any(answers):
        return True
    return None if None in answers else False


def all_true(*answers: bool | None) -> bool | None:
    """Three-valued "and": False if one is False, None if the unknown ones could decide."""
    if any(answer is False for answer in answers):
        return False
    return None if None in answers else True
