"""Results posted with a registry record (API v2, `resultsSection`) to the numbers of a draft.

Every number carries the registry's page and its path in the file. A standard deviation is
computed from a posted standard error or 95 % interval of a mean, and says so. What has no place
in a study is given back as (path, why), so that nothing is lost in silence.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from slopewise.evidence.design import Comparison, DesignClass
from slopewise.evidence.study import (
    Arm,
    ArmRole,
    Baseline,
    BaselineArm,
    BaselineMeasure,
    CitedNumber,
    GroupDifference,
    GroupSummary,
    ResponderCount,
    ResponderResult,
    RiskOfBias,
    Study,
)
from slopewise.numerics.normal import NORMAL_975
from slopewise.records.registry.harms import posted_deaths, posted_safety
from slopewise.records.registry.sheet import (
    RESULTS,
    ResultSheet,
    is_control,
    is_control_title,
    plain_code,
    plain_title,
    posted_number,
    whole_number,
)

__all__ = ["with_results"]

COMPUTED = f"{RESULTS} (SD computed from the posted spread)"
_TIME = re.compile(r"\b(day|week|month|year|visit|baseline)", re.IGNORECASE)
_MEANS = {"mean", "least squares mean"}
_COUNTS = {"count of participants"}
_P_VALUE = re.compile(r"=?\s*(0?\.\d+|1|1\.0+)")


def with_results(draft: Study, study: Mapping[str, Any]) -> tuple[Study, list[tuple[str, str]]]:
    """The draft with the posted results, and what was not mapped: (path, why)."""
    results = study["resultsSection"]
    protocol = study["protocolSection"]
    arms = protocol.get("armsInterventionsModule", {}).get("armGroups", [])
    controls = frozenset(plain_title(arm.get("label")) for arm in arms if _is_control_arm(arm))
    sheet = ResultSheet(draft, draft.bibliography.citation.source, controls)
    made = replace(
        draft,
        design=replace(
            draft.design, design_class=_design_class(protocol, has_control=bool(controls))
        ),
        evidence_level_read=RESULTS,
        scale=_scale(results),
    )
    made = _with_flow(made, results.get("participantFlowModule", {}), sheet)
    made = replace(made, baseline=_baseline(results.get("baselineCharacteristicsModule"), sheet))
    measures = results.get("outcomeMeasuresModule", {}).get("outcomeMeasures", [])
    for at, measure in enumerate(measures):
        path = f"resultsSection.outcomeMeasuresModule.outcomeMeasures[{at}]"
        made = _with_outcome(made, measure, path, sheet)
    events = results.get("adverseEventsModule")
    made = replace(made, safety=posted_safety(events, sheet), survival=posted_deaths(events, sheet))
    known = {"participantFlowModule", "baselineCharacteristicsModule", "outcomeMeasuresModule"}
    known |= {"adverseEventsModule", "moreInfoModule"}
    for name in sorted(set(results) - known):
        sheet.unmapped.append((f"resultsSection.{name}", "this part is not read"))
    return made, sheet.unmapped


def _is_control_arm(arm: Mapping[str, Any]) -> bool:
    kind = str(arm.get("type", "")).upper().replace(" ", "_")
    if kind in {"PLACEBO_COMPARATOR", "SHAM_COMPARATOR", "NO_INTERVENTION"}:
        return True
    return is_control_title(arm.get("label"))


def _design_class(protocol: Mapping[str, Any], *, has_control: bool) -> DesignClass:
    design = protocol.get("designModule", {})
    allocation = str(design.get("designInfo", {}).get("allocation", "")).upper()
    if str(design.get("studyType", "")).upper() != "INTERVENTIONAL":
        return DesignClass.CASE_SERIES
    if has_control:
        is_drawn = allocation == "RANDOMIZED"
        return DesignClass.RCT_PARALLEL if is_drawn else DesignClass.NONRANDOMISED_CONTROLLED
    # assumption: groups randomised between doses, nobody untreated, are no controlled comparison
    return DesignClass.SINGLE_ARM_PRE_POST


def _scale(results: Mapping[str, Any]) -> str | None:
    measures = results.get("outcomeMeasuresModule", {}).get("outcomeMeasures", [])
    text = " ".join(str(one.get("title", "")) for one in measures)
    if re.search(r"ALSFRS[- ]?R|Functional Rating Scale[-, ]*Revised", text, re.IGNORECASE):
        return "ALSFRS-R"
    return None


def _with_flow(made: Study, flow: Mapping[str, Any], sheet: ResultSheet) -> Study:
    titles = {one["id"]: one.get("title", one["id"]) for one in flow.get("groups", ())}
    arms: list[Arm] = []
    attrition: list[str] = []
    for period_at, period in enumerate(flow.get("periods", ())):
        place = f"resultsSection.participantFlowModule.periods[{period_at}]"
        name = period.get("title", f"period {period_at + 1}")
        for at, milestone in enumerate(period.get("milestones", ())):
            path = f"{place}.milestones[{at}]"
            kind = str(milestone.get("type", ""))
            if kind.upper() == "STARTED" and period_at == 0:
                arms += _arms(milestone, path, titles, sheet)
            else:
                attrition.append(f"{name}, {kind.casefold()}: {_counted(milestone, titles)}")
        attrition += [
            f"{name}, left for {one.get('type', 'no stated reason')}: "
            + _counted({"achievements": one.get("reasons", ())}, titles)
            for one in period.get("dropWithdraws", ())
        ]
    treated = [arm.n for arm in arms if arm.role is ArmRole.TREATED and arm.n is not None]
    control = [arm.n for arm in arms if arm.role is ArmRole.CONTROL and arm.n is not None]
    people = replace(
        made.people,
        treated=_sum(treated),
        control=_sum(control),
        treated_by_arm=tuple(
            replace(arm.n, group=arm.name)
            for arm in arms
            if arm.role is ArmRole.TREATED and arm.n is not None and len(treated) > 1
        ),
    )
    bias = replace(made.risk_of_bias or RiskOfBias(), attrition="; ".join(attrition) or None)
    return replace(made, arms=tuple(arms), people=people, risk_of_bias=bias)


def _arms(
    milestone: Mapping[str, Any], path: str, titles: Mapping[str, str], sheet: ResultSheet
) -> Iterator[Arm]:
    for at, one in enumerate(milestone.get("achievements", ())):
        count = posted_number(one.get("numSubjects"))
        title = titles.get(one.get("groupId"), str(one.get("groupId")))
        citation = sheet.cite(f"{path}.achievements[{at}] (started)")
        yield Arm(
            name=title,
            role=ArmRole.CONTROL if is_control(title, sheet) else ArmRole.TREATED,
            citation=citation,
            n=None if count is None else CitedNumber(citation, "people", count),
        )


def _counted(milestone: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    parts = (
        f"{one.get('numSubjects', 'not stated')} ({titles.get(one.get('groupId'), '?')})"
        for one in milestone.get("achievements", ())
    )
    return ", ".join(parts)


def _sum(numbers: Sequence[CitedNumber]) -> CitedNumber | None:
    values = [one.value for one in numbers if one.value is not None]
    return replace(numbers[0], value=sum(values)) if values else None


def _baseline(module: Mapping[str, Any] | None, sheet: ResultSheet) -> Baseline | None:
    if not module:
        return None
    place = "resultsSection.baselineCharacteristicsModule"
    lines: dict[str, list[BaselineMeasure]] = {one["id"]: [] for one in module.get("groups", ())}
    for at, measure in enumerate(module.get("measures", ())):
        path = f"{place}.measures[{at}]"
        for group, line in _baseline_lines(measure, path, sheet):
            lines.setdefault(group, []).append(line)
    counts = {
        one["groupId"]: posted_number(one.get("value"))
        for denom in module.get("denoms", ())[:1]
        for one in denom.get("counts", ())
    }
    arms = tuple(
        BaselineArm(
            one.get("title", one["id"]),
            tuple(lines[one["id"]]),
            n=whole_number(counts.get(one["id"])),
        )
        for one in module.get("groups", ())
        if lines[one["id"]]
    )
    return Baseline(sheet.cite(place), arms) if arms else None


def _baseline_lines(
    measure: Mapping[str, Any], path: str, sheet: ResultSheet
) -> Iterator[tuple[str, BaselineMeasure]]:
    kind, spread = plain_code(measure.get("paramType")), plain_code(measure.get("dispersionType"))
    title, unit = str(measure.get("title", "")), str(measure.get("unitOfMeasure", "not stated"))
    if kind not in {"mean", "median", *_COUNTS}:
        sheet.unmapped.append((path, f'baseline "{title}" is posted as {kind or "nothing"}'))
        return
    for names, one in _cells(measure):
        value = posted_number(one.get("value"))
        if value is None:
            sheet.unmapped.append((path, f'baseline "{title}" has no number for a group'))
            continue
        name = ", ".join((title, *names))
        if kind in _COUNTS:
            yield one["groupId"], BaselineMeasure(name, unit, count=whole_number(value))
            continue
        is_sd = spread == "standard deviation"
        yield (
            one["groupId"],
            BaselineMeasure(
                f"{name} ({kind})" if kind == "median" else name,
                unit,
                mean=value,
                sd=posted_number(one.get("spread")) if is_sd else None,
                low=posted_number(one.get("lowerLimit")),
                high=posted_number(one.get("upperLimit")),
            ),
        )


def _cells(measure: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    """Each measurement with the titles of its class and category."""
    for group in measure.get("classes", ()):
        for category in group.get("categories", ()):
            names = tuple(filter(None, (group.get("title"), category.get("title"))))
            for one in category.get("measurements", ()):
                yield names, one


def _with_outcome(made: Study, measure: Mapping[str, Any], path: str, sheet: ResultSheet) -> Study:
    title, kind = str(measure.get("title", "")), plain_code(measure.get("paramType"))
    if str(measure.get("reportingStatus", "POSTED")).upper() != "POSTED":
        sheet.unmapped.append((path, f'results of "{title}" are not posted yet'))
        return made
    for name in ("analyses",):
        for at, analysis in enumerate(measure.get(name, ())):
            sheet.unmapped.append((f"{path}.{name}[{at}]", f'"{title}": {_analysis(analysis)}'))
    unit = plain_code(measure.get("unitOfMeasure"))
    is_count = kind in _COUNTS or (kind in {"number", "count"} and "participant" in unit)
    if kind not in _MEANS and not is_count:
        sheet.unmapped.append((path, f'"{title}" is posted as {kind or "nothing"}, not as a mean'))
        return made
    for at, group in enumerate(measure.get("classes", ())):
        where = f"{path}.classes[{at}]"
        if is_count:
            rows = tuple(_responders(measure, group, where, sheet))
            made = replace(made, responders=(*made.responders, *rows))
            continue
        differences = tuple(_differences(measure, group, where, sheet))
        if re.search(r"vital capacity|\b[FS]VC\b", title, re.IGNORECASE):
            kept = (*made.vital_capacity_differences, *differences)
            made = replace(made, vital_capacity_differences=kept)
        else:
            made = replace(made, group_differences=(*made.group_differences, *differences))
    return made


def _analysis(analysis: Mapping[str, Any]) -> str:
    """A posted analysis in words: which side was subtracted from which is not posted."""
    value = analysis.get("paramValue")
    parts = [
        f"{analysis.get('paramType', 'value')} {value}" if value is not None else "",
        f"{analysis.get('ciPctValue', '95')} % interval {analysis['ciLowerLimit']} to "
        f"{analysis.get('ciUpperLimit', 'not stated')}"
        if "ciLowerLimit" in analysis
        else "",
        f"p {analysis['pValue']}" if "pValue" in analysis else "",
        str(analysis.get("statisticalMethod", "")),
    ]
    said = ", ".join(part for part in parts if part) or "no number"
    return f"an analysis is posted ({said}); which side was subtracted from which is not stated"


def _times(measure: Mapping[str, Any], group: Mapping[str, Any]) -> tuple[str, str]:
    """The outcome's name and its time: of the class where that names one."""
    title = str(measure.get("title", ""))
    part = str(group.get("title", "") or "")
    if part and _TIME.search(part):
        return title, part
    return (f"{title}, {part}" if part else title), str(measure.get("timeFrame", "not stated"))


def _people(measure: Mapping[str, Any], group: Mapping[str, Any]) -> dict[str, int | None]:
    denoms = group.get("denoms") or measure.get("denoms") or ()
    return {
        one["groupId"]: whole_number(posted_number(one.get("value")))
        for denom in denoms[:1]
        for one in denom.get("counts", ())
    }


def _differences(
    measure: Mapping[str, Any], group: Mapping[str, Any], path: str, sheet: ResultSheet
) -> Iterator[GroupDifference]:
    outcome, when = _times(measure, group)
    spread, people = plain_code(measure.get("dispersionType")), _people(measure, group)
    titles = {one["id"]: one.get("title", one["id"]) for one in measure.get("groups", ())}
    for at, category in enumerate(group.get("categories", ())):
        name = f"{outcome}, {category['title']}" if category.get("title") else outcome
        where = f"{path}.categories[{at}]"
        sides: dict[str, GroupSummary] = {}
        is_computed = False
        for one in category.get("measurements", ()):
            sides[one["groupId"]], computed = _summary(one, spread, people.get(one["groupId"]))
            is_computed = is_computed or computed
        citation = sheet.cite(where, COMPUTED if is_computed else RESULTS)
        controls = [side for side in sides if is_control(titles.get(side), sheet)]
        treated = [side for side in sides if side not in controls]
        if len(controls) > 1:
            sheet.unmapped.append((where, f'"{name}" has {len(controls)} comparison groups'))
            continue
        for side in treated:
            yield GroupDifference(
                citation=citation,
                outcome=name,
                comparison=Comparison.BETWEEN_ARMS if controls else Comparison.WITHIN_ONE_ARM,
                timepoint=when,
                arm=titles.get(side) if len(treated) > 1 or not controls else None,
                treated=sides[side],
                control=sides[controls[0]] if controls else None,
            )


def _summary(one: Mapping[str, Any], spread: str, n: int | None) -> tuple[GroupSummary, bool]:
    """Mean and SD of a side, and whether the SD was computed."""
    mean, width = posted_number(one.get("value")), posted_number(one.get("spread"))
    low, high = posted_number(one.get("lowerLimit")), posted_number(one.get("upperLimit"))
    sd, is_computed = None, False
    if spread == "standard deviation":
        sd = width
    elif spread == "standard error" and width is not None and n:
        sd, is_computed = width * math.sqrt(n), True
    elif spread.startswith("95") and low is not None and high is not None and n:
        sd, is_computed = (high - low) / (2 * NORMAL_975) * math.sqrt(n), True
    return GroupSummary(n=n, mean=mean, sd=sd if sd and sd > 0 else None), is_computed


def _responders(
    measure: Mapping[str, Any], group: Mapping[str, Any], path: str, sheet: ResultSheet
) -> Iterator[ResponderResult]:
    outcome, when = _times(measure, group)
    people = _people(measure, group)
    titles = {one["id"]: one.get("title", one["id"]) for one in measure.get("groups", ())}
    for at, category in enumerate(group.get("categories", ())):
        name = f"{outcome}, {category['title']}" if category.get("title") else outcome
        where = f"{path}.categories[{at}]"
        counts = {
            one["groupId"]: ResponderCount(
                n=people.get(one["groupId"]),
                responders=whole_number(posted_number(one.get("value"))),
            )
            for one in category.get("measurements", ())
        }
        controls = [side for side in counts if is_control(titles.get(side), sheet)]
        treated = [side for side in counts if side not in controls]
        if len(treated) != 1 or len(controls) > 1:
            sheet.unmapped.append((where, f'"{name}" counts {len(counts)} groups, not two'))
            continue
        yield ResponderResult(
            citation=sheet.cite(where),
            definition=name,
            timepoint=when,
            treated=counts[treated[0]],
            control=counts[controls[0]] if controls else None,
        )
