"""Pool the study effects of a table, with everything that tests the answer."""

from dataclasses import replace
from pathlib import Path

from slopewise.errors import NotFoundError
from slopewise.evidence.pooling.influence import (
    measure_influence,
    pool_cumulatively,
    pool_leaving_one_out,
)
from slopewise.evidence.pooling.meta_regression import regress_on_moderators
from slopewise.evidence.pooling.pool import pool
from slopewise.evidence.pooling.pooled_effect import as_printed
from slopewise.evidence.pooling.pooled_studies import PooledStudies, PoolOptions
from slopewise.evidence.pooling.small_studies import check_small_studies
from slopewise.evidence.study import Interval
from slopewise.records.published.pool_csv import EffectTable, Moderator, read_effect_table

__all__ = ["pool_file", "pooled_studies"]


def pool_file(
    path: Path, options: PoolOptions, without: frozenset[str] = frozenset()
) -> PooledStudies:
    """Pool the table, the studies named in `without` left out.

    Raises InputError naming file, line, column and remedy.
    """
    table = read_effect_table(path, options.moderators)
    unused = ", ".join(table.unused)
    remarks = (*table.remarks, *((f"Columns that were not used: {unused}.",) if unused else ()))
    if without:
        table = _without(table, without)
        remarks = (*remarks, f"Left out as asked: {', '.join(sorted(without))}.")
    return pooled_studies(
        table.name,
        table.studies,
        table.estimates,
        standard_errors=table.standard_errors,
        moderators=table.moderators,
        own_intervals=table.own_intervals,
        options=options,
        remarks=remarks,
    )


def _without(table: EffectTable, names: frozenset[str]) -> EffectTable:
    unknown = names - set(table.studies)
    if unknown:
        raise NotFoundError(
            f"{table.name} has no study {min(unknown)!r} to leave out; write its name as the "
            "column study does"
        )
    kept = [i for i, study in enumerate(table.studies) if study not in names]
    return replace(
        table,
        studies=tuple(table.studies[i] for i in kept),
        lines=tuple(table.lines[i] for i in kept),
        estimates=tuple(table.estimates[i] for i in kept),
        standard_errors=tuple(table.standard_errors[i] for i in kept),
        own_intervals=tuple(table.own_intervals[i] for i in kept),
        moderators={
            name: tuple(values[i] for i in kept)  # type: ignore[misc]  # one column, one kind
            for name, values in table.moderators.items()
        },
    )


def pooled_studies(
    source: str,
    studies: tuple[str, ...],
    estimates: tuple[float, ...],
    *,
    standard_errors: tuple[float, ...],
    moderators: dict[str, Moderator],
    own_intervals: tuple[Interval | None, ...],
    options: PoolOptions,
    remarks: tuple[str, ...] = (),
) -> PooledStudies:
    """The pooled effect and what the options ask for; nothing is pooled where there is no study."""
    effects = (estimates, standard_errors)
    bare = PooledStudies(source, studies, *effects, own_intervals, options, None, remarks)
    if not studies:
        return bare
    method, knapp, floor = options.method, options.hartung_knapp, options.floor
    pooled = pool(*effects, method=method, hartung_knapp=knapp, floor=floor)
    return replace(
        bare,
        pooled=as_printed(pooled, own_intervals[0]),
        regression=regress_on_moderators(
            *effects,
            moderators,
            method=method,
            hartung_knapp=knapp,
            floor=floor,
            force=options.force,
        )
        if moderators
        else None,
        leave_one_out=pool_leaving_one_out(
            *effects, method=method, hartung_knapp=knapp, floor=floor
        )
        if options.leave_one_out
        else None,
        cumulative=pool_cumulatively(*effects, method=method, hartung_knapp=knapp, floor=floor)
        if options.cumulative
        else None,
        influence=measure_influence(*effects, method=method, hartung_knapp=knapp, floor=floor)
        if options.influence
        else None,
        small_studies=check_small_studies(
            *effects, method=method, hartung_knapp=knapp, floor=floor, force=options.force
        )
        if options.small_studies
        else None,
    )
