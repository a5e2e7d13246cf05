"""The five reasons of GRADE to be less sure, as rules on a body of evidence.

Guyatt 2011, J Clin Epidemiol: risk of bias doi:10.1016/j.jclinepi.2010.07.017, inconsistency
doi:10.1016/j.jclinepi.2011.03.017, indirectness doi:10.1016/j.jclinepi.2011.04.014, imprecision
doi:10.1016/j.jclinepi.2011.01.012, missing results doi:10.1016/j.jclinepi.2011.01.011. Those papers
leave the size of a step to judgement; the cut-offs here are rules so that anybody finds the same
step, and each one that is ours is marked as an assumption.
"""

from slopewise.evidence.bias.judgement import Judgement
from slopewise.evidence.certainty.body import Body
from slopewise.evidence.certainty.grade import Domain, Step
from slopewise.evidence.certainty.rows import bias_rows, row_of, unconverted_row
from slopewise.evidence.cohorts import largest_of_each
from slopewise.evidence.design import Lane
from slopewise.evidence.filters import cell_source_family, route_families, scale_families
from slopewise.evidence.row import EvidenceRow
from slopewise.evidence.study import Study
from slopewise.evidence.study_effect import Unconverted

__all__ = ["imprecision", "inconsistency", "indirectness", "missing_results", "risk_of_bias"]

# Guyatt 2011, doi:10.1016/j.jclinepi.2011.01.012: about 400 people for a mean, 300 events
OPTIMAL_PEOPLE = 400
OPTIMAL_EVENTS = 300
# Guyatt 2011, doi:10.1016/j.jclinepi.2011.03.017, after the Cochrane Handbook 10.10.2
SUBSTANTIAL_I2 = 50.0
CONSIDERABLE_I2 = 75.0
BULK = 0.5  # assumption: studies with half of the weight decide what the whole suffers from

_VERY_BAD = {Judgement.HIGH, Judgement.CRITICAL}
_BAD = {Judgement.SOME_CONCERNS, Judgement.SERIOUS, Judgement.MODERATE, Judgement.NO_INFORMATION}


def risk_of_bias(body: Body) -> Step:
    """By the judgements on the studies that carry half of the weight or more.

    Down one for concerns or for what could not be judged, two where one domain is high or critical
    and another of concern too. A lane without lots drawn has paid two levels at the start, so that
    it loses at most one more.
    """
    if not body.studies:
        rows = tuple(map(unconverted_row, body.silent))
        return Step(Domain.RISK_OF_BIAS, -1, "no report with numbers could be judged", rows)
    depths = [_bias_depth(study) for study in body.studies]
    weights = body.weights or tuple(1 / len(body.studies) for _ in body.studies)
    share = {
        depth: sum(weight for weight, one in zip(weights, depths, strict=True) if one >= depth)
        for depth in (1, 2)
    }
    levels = -2 if share[2] >= BULK else -1 if share[1] >= BULK else 0
    if body.lane is not Lane.RANDOMISED:
        levels = max(levels, -1)
    worst = [study for study, depth in zip(body.studies, depths, strict=True) if depth]
    rows = tuple(row for study in worst for row in bias_rows(study)[:4])
    words = {0: "few concerns", -1: "concerns", -2: "serious concerns"}[levels]
    carried = f"{words} in studies that carry {100 * share[1]:.0f} % of the weight"
    return Step(Domain.RISK_OF_BIAS, levels, carried, rows if levels else ())


def _bias_depth(study: Study) -> int:
    """0 none, 1 concerns or not judged, 2 serious."""
    judged = study.risk_of_bias_judgements
    if judged is None:
        return min(2, len(bias_rows(study))) if study.risk_of_bias is not None else 1
    words = [one.judgement for one in judged.domains]
    very = sum(word in _VERY_BAD for word in words)
    bad = sum(word in _BAD for word in words)
    if very > 1 or (very and bad):
        return 2
    return int(bool(very or bad or Judgement.NOT_JUDGED in words))


def inconsistency(body: Body) -> Step:
    """By I², by what a next study may find, and by trials that speak the other way."""
    reasons, levels = [], 0
    i2 = body.heterogeneity_i2
    if i2 is not None and len(body.studies) > 1 and i2 >= SUBSTANTIAL_I2:
        levels -= 2 if i2 >= CONSIDERABLE_I2 else 1
        reasons.append(f"studies differ more than chance allows (I² {i2:.0f} %)")
    if body.is_scattered:
        levels -= 1
        reasons.append("the intervals of two studies do not even touch")
    if _next_study_may_differ(body):
        levels -= 1
        reasons.append("the next study may well find the opposite (prediction interval)")
    against = _speak_against(body)
    if against:
        levels -= 1
        reasons.append(f"{len(against)} without usable numbers saw no difference or worse")
    rows = tuple(map(unconverted_row, against))
    if levels < 0 and len(rows) < len(against) + len(body.rows):
        rows += body.rows
    reason = "; ".join(reasons) or _agreement_words(body)
    return Step(Domain.INCONSISTENCY, max(levels, -2), reason, rows if levels else ())


def _agreement_words(body: Body) -> str:
    if len(body.studies) < 2:
        return "one study or none: nothing to disagree with"
    return "studies do not contradict one another"


def _next_study_may_differ(body: Body) -> bool:
    """The average excludes no effect, and the interval for a next study holds it."""
    known = (body.low, body.high, body.prediction_low, body.prediction_high, body.no_effect)
    if None in known:
        return False
    low, high, next_low, next_high, none = (float(value or 0.0) for value in known)
    return not low <= none <= high and next_low <= none <= next_high


def _speak_against(body: Body) -> list[Unconverted]:
    """Silent trials that saw no difference, where those with numbers saw one."""
    if body.low is None or body.no_effect is None or body.low <= body.no_effect:
        return []
    return [one for one in body.silent if one.saw_no_benefit]


def indirectness(body: Body) -> Step:
    """By what the question asks and the studies do not: one count down for two of four.

    assumption: another scale, one country only, products of more than one kind lumped together,
    and follow-up under six months each leave a gap; two gaps lower certainty by one level.
    """
    if not body.studies:
        return Step(Domain.INDIRECTNESS, 0, "no study with numbers")
    gaps, rows = [], list[EvidenceRow]()
    other = [study for study in body.studies if "ALSFRS-R" not in scale_families(study)]
    if other and body.outcome.startswith("slowing"):
        gaps.append("another scale than ALSFRS-R")
        rows += [row_of(study, f"scale: {study.scale or 'not read'}") for study in other]
    if len({study.country for study in body.studies}) == 1:
        gaps.append("one country only")
        rows += [row_of(study, f"country: {study.country or 'not read'}") for study in body.studies]
    products = {(cell_source_family(study), study.treatment.donor) for study in body.studies}
    routes = {route for study in body.studies for route in route_families(study)}
    if len(products) > 1 or len(routes) > 1:
        gaps.append("different cells or routes taken together")
        rows += [row_of(study, f"cells: {_product_words(study)}") for study in body.studies]
    brief = [study for study in body.studies if _months(study) < 6]
    if brief:
        gaps.append("followed for less than six months, or not said")
        rows += [row_of(study, f"follow-up: {_follow_up_words(study)}") for study in brief]
    levels = -1 if len(gaps) > 1 else 0
    return Step(
        Domain.INDIRECTNESS, levels, "; ".join(gaps) or "direct", tuple(rows) if levels else ()
    )


def _product_words(study: Study) -> str:
    return f"{cell_source_family(study)}, {', '.join(study.treatment.routes) or 'route not read'}"


def _months(study: Study) -> float:
    return (study.follow_up.value or 0.0) if study.follow_up is not None else 0.0


def _follow_up_words(study: Study) -> str:
    months = _months(study)
    return f"{months:g} months" if months else "not read"


def imprecision(body: Body) -> Step:
    """By the interval and by how many people or events stand behind it."""
    if body.low is None or body.high is None:
        reason = "no interval could be made of what was read"
        return Step(Domain.IMPRECISION, -2, reason, body.rows)
    wide = _share_is_wide(body) if body.is_share else _effect_is_wide(body)
    few = _too_few(body)
    levels = max(-2, -len(wide) - bool(few and not wide))
    reason = "; ".join([*wide, *few]) or "the interval is narrow enough"
    return Step(Domain.IMPRECISION, levels, reason, body.rows if levels else ())


def _effect_is_wide(body: Body) -> list[str]:
    """One step where no effect and a useful one both fit, two where such a harm fits too."""
    low, high = float(body.low or 0.0), float(body.high or 0.0)
    none, useful = float(body.no_effect or 0.0), float(body.useful or 0.0)
    said = []
    if low <= none and high >= useful:
        said.append("the interval holds both no effect and one worth having")
        if low <= none - (useful - none):
            said.append("and a harm of that size")
    elif low < useful < high and body.people < OPTIMAL_PEOPLE // 2:
        # assumption: under half of the optimal size even an interval clear of zero is frail
        said.append("very few people for an interval this wide")
    return said


def _share_is_wide(body: Body) -> list[str]:
    high, rare = float(body.high or 0.0), float(body.useful or 0.0)
    low = float(body.low or 0.0)
    if low <= rare <= high:
        return [f"the interval holds both rare and not rare ({100 * rare:.0f} in 100)"]
    return []


def _too_few(body: Body) -> list[str]:
    few = []
    if body.people < OPTIMAL_PEOPLE:
        few.append(f"{body.people} people, fewer than {OPTIMAL_PEOPLE}")
    if body.events is not None and body.events < OPTIMAL_EVENTS and body.people >= OPTIMAL_PEOPLE:
        few.append(f"{body.events} events, fewer than {OPTIMAL_EVENTS}")
    return few


def missing_results(body: Body) -> Step:
    """Down one where the people of silent or unreported trials may outnumber those counted.

    assumption: as many people without a usable number as with one could turn the answer. One that
    lowered consistency already is not counted here too: one fact costs one level.
    """
    against = {one.study_id for one in _speak_against(body)}
    silent = [one for one in largest_silent(body) if one.study_id not in against]
    people = sum((one.n_treated or 0) + (one.n_control or 0) for one in silent)
    rows = tuple(map(unconverted_row, silent)) + body.unreported
    if not rows:
        counted = "; those that saw no difference count under inconsistency" if against else ""
        reason = f"no finished trial without a result is known{counted}"
        return Step(Domain.PUBLICATION_BIAS, 0, reason)
    said = []
    if silent:
        said.append(f"{len(silent)} finished without a usable number ({people} people known)")
    if body.unreported:
        said.append(
            f"{len(body.unreported)} more finished or treated people, and nothing on this was read"
        )
    if against:
        said.append("those that saw no difference count under inconsistency")
    unknown = any(one.n_treated is None and one.n_control is None for one in silent)
    is_heavy = bool(body.unreported) or unknown or people >= body.people
    return Step(Domain.PUBLICATION_BIAS, -1 if is_heavy else 0, "; ".join(said), rows)


def largest_silent(body: Body) -> tuple[Unconverted, ...]:
    """One silent result a cohort, none of a cohort that already counts."""
    known = {study.study_id for study in largest_of_each(body.studies)}
    kept: dict[str, Unconverted] = {}
    for one in body.silent:
        if one.cohort in known or one.study_id in known:
            continue
        best = kept.get(one.cohort)
        if best is None or (one.n_treated or 0) > (best.n_treated or 0):
            kept[one.cohort] = one
    return tuple(kept.values())
