"""Rows of a file of effects that belong to one study, to that study."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from slopewise.evidence.design import Comparison, DesignClass, Lane
from slopewise.evidence.study import (
    AdverseEvent,
    Bibliography,
    Citation,
    CitedNumber,
    Design,
    GroupDifference,
    GroupSummary,
    Interval,
    Overlap,
    People,
    ReportedSlowing,
    ResponderCount,
    ResponderResult,
    RiskOfBias,
    Safety,
    Study,
    SurvivalResult,
    Treatment,
)

__all__ = ["EffectRow", "RowFault", "study_of"]

STATUS = "given in a file of effects"
DEATHS = {"death", "deaths", "died"}
RELATED = {"treatment-related serious events", "treatment related serious events"}
SERIOUS = {"serious events", "all serious events"}
_ARMS = ("mean_treated", "sd_treated", "mean_control", "sd_control")
_TWO_COUNTS = ("events_treated", "total_treated", "events_control", "total_control")
_BLINDED = {
    "yes": (True, True),
    "no": (False, False),
    "participants": (True, None),
    "assessors": (None, True),
}
_DOI = re.compile(r"(?:doi:\s*)?(10\.\d{4,9}/\S+)", re.IGNORECASE)
_NAMED_SCALE = re.compile(r"\balsfrs([\s\-\u2010\u2011\u2013]?r(?![a-z]))?(?![a-z])", re.IGNORECASE)
# points an ALSFRS-R total can change at most
_RANGE = 48.0


class RowFault(Exception):  # noqa: N818  # becomes an InputError with the file's name and line
    """What is wrong with a row, and what to do."""

    def __init__(
        self,
        column: str,
        value: str,
        reason: str,
        *rest: str | int,  # remedy, then the line
    ) -> None:
        super().__init__(reason)
        self.column, self.value, self.reason = column, value, reason
        self.remedy = str(rest[0])
        self.line = int(rest[1]) if len(rest) > 1 else None


@dataclass(frozen=True, slots=True)
class EffectRow:
    """One row: its line, the cells that hold something, and the design they name."""

    line: int
    texts: Mapping[str, str]
    numbers: Mapping[str, float]
    design: DesignClass

    @property
    def study_id(self) -> str:
        plain = re.sub(r"[^a-z0-9]+", "_", self.texts["study"].casefold()).strip("_")[:64]
        if not plain:
            raise RowFault(
                "study",
                self.texts["study"],
                "holds no letter a-z and no digit",
                "write such a name",
            )
        return plain

    @property
    def key(self) -> tuple[str, ...]:
        """What a row is about: two rows of a study must not be about the same."""
        kind = "event" if "event" in self.texts else self.texts.get("measure", "outcome")
        words = (self.texts.get("event", ""), self.texts.get("outcome", ""))
        return (kind, *words, str(self.numbers.get("months", "")))

    @property
    def measure(self) -> str:
        return self.texts.get("measure", "slowing").casefold().replace(" ", "_")

    @property
    def citation(self) -> Citation:
        source = self.texts["source"]
        match = _DOI.fullmatch(source)
        return Citation(
            f"https://doi.org/{match[1]}" if match else source, self.texts.get("pointer"), STATUS
        )

    @property
    def timepoint(self) -> str | None:
        months = self.numbers.get("months")
        return None if months is None else f"{months:g} months"

    @property
    def scale(self) -> str | None:
        """The scale as its cell names it, else as the outcome's words do."""
        named = _NAMED_SCALE.search(self.texts.get("outcome", ""))
        if "scale" in self.texts or named is None:
            return self.texts.get("scale")
        return "ALSFRS-R" if named[1] else "ALSFRS"

    def count(self, name: str) -> int | None:
        value = self.numbers.get(name)
        return None if value is None else int(value)


def study_of(rows: Sequence[EffectRow]) -> Study:
    """The study that these rows describe; raises RowFault."""
    first = rows[0]
    blinding = _blinding(first)
    study = Study(
        study_id=first.study_id,
        label=first.texts["study"],
        bibliography=_bibliography(first),
        design=Design(first.design, blinding=first.texts.get("blinded")),
        evidence_level_read="numbers of a file of effects",
        treatment=_treatment(first),
        people=_people(rows),
        scale=next((row.scale for row in rows if row.scale is not None), None),
        follow_up=_most(rows, ("months",), unit="months"),
        risk_of_bias=RiskOfBias(
            randomised=first.design.lane is Lane.RANDOMISED,
            blinded_participants=blinding[0],
            blinded_assessors=blinding[1],
        ),
        overlaps=_overlaps(first),
    )
    for row in rows:
        study = _with_result(study, row)
    return study


def _bibliography(row: EffectRow) -> Bibliography:
    registry = row.texts.get("registry_id", "")
    return Bibliography(
        citation=row.citation,
        title=row.texts.get("title"),
        year=row.count("year"),
        doi=_doi(row.texts.get("doi") or row.texts["source"]),
        pmid=row.texts.get("pmid"),
        registry_ids=tuple(part for part in re.split(r"[;,\s]+", registry) if part),
    )


def _doi(text: str) -> str | None:
    match = _DOI.search(text)
    return None if match is None else match[1].casefold()


def _treatment(row: EffectRow) -> Treatment:
    donor = row.texts.get("donor")
    if donor is not None and donor not in {"autologous", "allogeneic"}:
        raise RowFault("donor", donor, "is no kind of donor", "write autologous or allogeneic")
    given = row.numbers.get("administrations")
    return Treatment(
        cell_source=row.texts.get("cell_source"),
        donor=donor,
        routes=tuple(
            part.strip() for part in row.texts.get("route", "").split(";") if part.strip()
        ),
        administrations=()
        if given is None
        else (CitedNumber(row.citation, "administrations", given),),
    )


def _blinding(row: EffectRow) -> tuple[bool | None, bool | None]:
    text = row.texts.get("blinded")
    if text is None:
        return (None, None)
    if text.casefold() not in _BLINDED:
        raise RowFault(
            "blinded", text, "is not known", f"write one of: {', '.join(_BLINDED)}", row.line
        )
    return _BLINDED[text.casefold()]


def _people(rows: Sequence[EffectRow]) -> People:
    return People(
        treated=_most(rows, ("n_treated", "total_treated", "total")),
        control=_most(rows, ("n_control", "total_control")),
    )


def _most(
    rows: Sequence[EffectRow], names: Sequence[str], *, unit: str = "people"
) -> CitedNumber | None:
    """The largest of these numbers in any row: outcomes are seldom known for everybody."""
    found = [(row.numbers[name], row) for row in rows for name in names if name in row.numbers]
    if not found:
        return None
    value, row = max(found, key=lambda pair: pair[0])
    return CitedNumber(row.citation, unit, value)


def _overlaps(row: EffectRow) -> tuple[Overlap, ...]:
    text = row.texts.get("overlaps", "")
    named = tuple(part.strip() for part in text.split(";") if part.strip())
    return (Overlap(f"stated in the file of effects: {', '.join(named)}", named),) if named else ()


def _with_result(study: Study, row: EffectRow) -> Study:
    numbers = row.numbers
    if "event" in row.texts:
        return _with_event(study, row)
    if "estimate" in numbers:
        if row.measure not in _BY_MEASURE:
            raise RowFault(
                "measure",
                row.texts["measure"],
                "cannot be kept as a study's number",
                "write slowing, mean_difference or slope_difference; for ratios give the counts "
                "(events_treated, total_treated, events_control, total_control), or pool the file "
                "by itself with: slopewise evidence pool FILE",
                row.line,
            )
        return _BY_MEASURE[row.measure](study, row)
    if any(name in numbers for name in _ARMS):
        return _with_difference(study, row)
    if "events_treated" in numbers or "events" in numbers:
        return replace(study, responders=(*study.responders, _responders(row)))
    raise RowFault(
        "estimate",
        "",
        "the row holds no result",
        "give estimate with standard_error, or n, mean and sd of each arm, or events and totals",
        row.line,
    )


def _with_slowing(study: Study, row: EffectRow) -> Study:
    surplus = [name for name in _ARMS if name in row.numbers]
    if surplus:
        raise RowFault(
            surplus[0],
            f"{row.numbers[surplus[0]]:g}",
            "stands beside a slowing that is already given",
            "give the arms or the slowing, or say with measure = mean_difference what estimate is",
            row.line,
        )
    error, interval, p_value = _spread(row)
    made = ReportedSlowing(
        citation=row.citation,
        estimate=row.numbers["estimate"],
        se=error,
        interval95=interval,
        p_value=p_value,
        outcome=row.texts.get("outcome"),
        timepoint=row.timepoint,
        n_treated=row.count("n_treated"),
        n_control=row.count("n_control"),
    )
    return replace(study, slowing=(*study.slowing, made))


def _with_difference(study: Study, row: EffectRow) -> Study:
    error, interval, p_value = _spread(row)
    is_slope = row.measure == "slope_difference"
    scale = row.scale
    outcome = row.texts.get("outcome")
    if scale is None:
        raise RowFault(
            "scale", "", "the cell is empty", "name the scale, such as ALSFRS-R", row.line
        )
    plain = "slope (points/month)" if is_slope else "change from baseline"
    outcome = outcome or plain
    if scale is not None and scale.casefold() not in outcome.casefold():
        outcome = f"{scale} {outcome}"
    made = GroupDifference(
        citation=row.citation,
        outcome=outcome,
        comparison=Comparison.WITHIN_ONE_ARM
        if study.lane is Lane.SINGLE_ARM
        else Comparison.BETWEEN_ARMS,
        timepoint=row.timepoint,
        treated=_group(row, "treated"),
        control=_group(row, "control"),
        difference=row.numbers.get("estimate"),
        se=error,
        interval95=interval,
        p_value=p_value,
    )
    return replace(study, group_differences=(*study.group_differences, made))


def _group(row: EffectRow, side: str) -> GroupSummary | None:
    n, mean, sd = (row.numbers.get(f"{part}_{side}") for part in ("n", "mean", "sd"))
    if n is None and mean is None and sd is None:
        return None
    if sd is not None and sd <= 0:
        raise RowFault(f"sd_{side}", f"{sd:g}", "must be above 0", "correct it", row.line)
    if mean is not None and abs(mean) > _RANGE and "ALSFRS" in (row.scale or ""):
        raise RowFault(
            f"mean_{side}", f"{mean:g}", "is no change of an ALSFRS total", "correct it", row.line
        )
    return GroupSummary(n=None if n is None else int(n), mean=mean, sd=sd)


def _spread(row: EffectRow) -> tuple[float | None, Interval | None, float | None]:
    error, p_value = row.numbers.get("standard_error"), row.numbers.get("p_value")
    low, high = row.numbers.get("low"), row.numbers.get("high")
    if error is not None and error <= 0:
        raise RowFault("standard_error", f"{error:g}", "must be above 0", "correct it", row.line)
    if p_value is not None and not 0 < p_value <= 1:
        raise RowFault("p_value", f"{p_value:g}", "is outside 0 to 1", "correct it", row.line)
    if (low is None) != (high is None):
        missing = "low" if low is None else "high"
        raise RowFault(missing, "", "the other end is given", "give both ends or none", row.line)
    if low is None or high is None:
        return error, None, p_value
    estimate = row.numbers.get("estimate")
    if low >= high or (estimate is not None and not low <= estimate <= high):
        raise RowFault(
            "low",
            f"{low:g}",
            f"with high {high:g} is no interval around it",
            "correct it",
            row.line,
        )
    return error, Interval(low, high), p_value


def _counts(row: EffectRow, events: str, total: str) -> ResponderCount | None:
    happened, people = row.count(events), row.count(total)
    if happened is None and people is None:
        return None
    if happened is None or people is None:
        missing = events if happened is None else total
        raise RowFault(
            missing, "", "the cell is empty", "give the events and of how many", row.line
        )
    if people == 0 or happened > people:
        raise RowFault(
            events, f"{happened}", f"is more than {people} people", "correct either", row.line
        )
    return ResponderCount(n=people, responders=happened)


def _sides(row: EffectRow) -> tuple[ResponderCount | None, ResponderCount | None]:
    if "events" in row.numbers and any(name in row.numbers for name in _TWO_COUNTS):
        raise RowFault(
            "events", "", "stands beside counts of arms", "give the one or the other", row.line
        )
    one = _counts(row, "events", "total")
    return one or _counts(row, "events_treated", "total_treated"), _counts(
        row, "events_control", "total_control"
    )


def _responders(row: EffectRow) -> ResponderResult:
    if "outcome" not in row.texts:
        raise RowFault(
            "outcome", "", "the cell is empty", "say by which rule people were counted", row.line
        )
    treated, control = _sides(row)
    return ResponderResult(
        citation=row.citation,
        definition=row.texts["outcome"],
        timepoint=row.timepoint or "not stated",
        treated=treated,
        control=control,
    )


def _with_event(study: Study, row: EffectRow) -> Study:
    treated, control = _sides(row)
    if treated is None:
        raise RowFault("events", "", "the cell is empty", "give events and total", row.line)
    safety = _also_cited(study.safety, row.citation)
    event = row.texts["event"]
    plain = event.casefold()
    if control is not None:
        said = f"{event}: {control.responders} of {control.n} in the comparison group"
        safety = replace(safety, statement="; ".join(filter(None, (safety.statement, said))))
    if plain in DEATHS:
        died = SurvivalResult(
            citation=row.citation,
            statement=f"deaths{'' if row.timepoint is None else f' within {row.timepoint}'}",
            n=treated.n,
            deaths=treated.responders,
        )
        kept = study.safety if control is None else safety
        return replace(study, survival=(*study.survival, died), safety=kept)
    if plain in RELATED:
        safety = replace(safety, treatment_related_serious_events=treated.responders)
    elif plain in SERIOUS:
        safety = replace(safety, all_serious_events=treated.responders)
    else:
        counted = AdverseEvent(event, treated.responders, treated.n)
        safety = replace(safety, adverse_events=(*safety.adverse_events, counted))
    return replace(study, safety=safety)


def _also_cited(before: Safety | None, citation: Citation) -> Safety:
    """The safety results so far, under every page that gave one of them."""
    if before is None:
        return Safety(citation)
    if citation.source in before.citation.source.split(" ; "):
        return before
    both = f"{before.citation.source} ; {citation.source}"
    return replace(before, citation=replace(before.citation, source=both))


_BY_MEASURE: dict[str, Callable[[Study, EffectRow], Study]] = {
    "slowing": _with_slowing,
    "mean_difference": _with_difference,
    "slope_difference": _with_difference,
}
