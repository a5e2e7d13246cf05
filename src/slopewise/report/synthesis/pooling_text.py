"""A pooled effect for the terminal: the answer in plain words, then studies and what tests it."""

from slopewise.evidence.design import Lane
from slopewise.evidence.pooling.meta_regression import MetaRegression
from slopewise.evidence.pooling.pooled_effect import AssumedSpread, Method, PooledEffect, PoolStatus
from slopewise.evidence.pooling.pooled_studies import PooledStudies
from slopewise.evidence.pooling.small_studies import SmallStudyCheck
from slopewise.evidence.question import QuestionAnswer
from slopewise.report.assessment_text import bullets, lay_out, wrapped
from slopewise.report.numbers import decimal, interval, percent, plural
from slopewise.report.tables import Column, Table

__all__ = ["METHOD_WORDS", "assumed_words", "pooled_remarks", "pooling_sentence", "pooling_text"]

METHOD_WORDS = {
    Method.REML: "restricted maximum likelihood",
    Method.DL: "DerSimonian–Laird",
    Method.PM: "Paule–Mandel",
    Method.ML: "maximum likelihood",
    Method.EB: "empirical Bayes",
    Method.SJ: "Sidik–Jonkman",
    Method.HE: "Hedges",
    Method.EE: "equal effects",
}
NOT_READABLE = {
    PoolStatus.STEP_LIMIT: "the search for the variance between studies did not settle",
    PoolStatus.NON_FINITE: "the numbers are too large or too small to be computed with",
    PoolStatus.TOO_FEW: "there are too few studies",
}
RESEARCH_ONLY = "Research use only; no advice on treatment."
LIMITS = (
    "The interval is where the average effect lies (95 %); the prediction interval is where the "
    f"effect of a further study of this kind would lie. {RESEARCH_ONLY}"
)


def pooling_sentence(pooled: PooledEffect | None) -> str:
    """The answer in one sentence, interval first; zero is taken to mean no effect."""
    if pooled is None:
        return "Cannot tell: no study has an estimate that can be pooled."
    if pooled.low is None or pooled.high is None:
        return f"Cannot tell: {NOT_READABLE.get(pooled.status, 'nothing could be computed')}."
    places = _places(pooled)
    found = (
        f"The interval runs from {interval(pooled.low, pooled.high, places)} (95 %), "
        f"best estimate {decimal(pooled.estimate, places)}."
    )
    if pooled.status is PoolStatus.SINGLE_STUDY:
        return f"One study only, so nothing was pooled: these are its own numbers. {found}"
    if pooled.low < 0.0 < pooled.high:
        verdict = "it holds zero, so an effect cannot be told from none"
    elif pooled.low == pooled.high:
        verdict = "all estimates are equal, so its width says nothing about how sure it is"
    else:
        verdict = f"it lies {'above' if pooled.low >= 0.0 else 'below'} zero"
    return f"{found} Over {plural(pooled.k, 'study', 'studies')}, {verdict}."


def pooled_remarks(result: PooledStudies) -> tuple[str, ...]:
    """What to mind when reading the numbers."""
    pooled, found = result.pooled, list(result.remarks)
    if pooled is None or pooled.k == 1 or pooled.q is None:
        return tuple(found)
    if result.answer is not None and pooled.hartung_knapp:
        found.append("Studies that agree by chance do not shorten the interval (as with --floor).")
    if pooled.status is PoolStatus.BOUNDARY:
        found.append(
            "The variance between studies is estimated as zero. With few studies that does not "
            "show that they agree: see its interval."
        )
    if pooled.k < 5:  # assumption: t with 3 degrees of freedom is 3.2, half as wide again as normal
        found.append(
            f"{plural(pooled.k, 'study', 'studies')}: the variance between studies is hardly "
            "known, and so are both intervals."
        )
    if pooled.hartung_knapp and not result.options.floor and result.is_narrowed:
        found.append(
            "The studies agree better than their standard errors let expect, which shortens the "
            "Hartung–Knapp interval; --floor keeps that from happening."
        )
    if pooled.prediction_low is not None and pooled.prediction_high is not None:
        excludes = (pooled.low or 0.0) > 0.0 or (pooled.high or 0.0) < 0.0
        if excludes and pooled.prediction_low < 0.0 < pooled.prediction_high:
            found.append(
                "The average lies off zero, yet a further study may well find no effect or the "
                "opposite: the prediction interval holds zero."
            )
    return tuple(found)


def pooling_text(result: PooledStudies) -> str:
    """Sentence, numbers, studies with weights, and each thing that was asked for."""
    pooled = result.pooled
    first = result.answer.sentence if result.answer is not None else pooling_sentence(pooled)
    parts = [wrapped(first)]
    if pooled is not None and pooled.estimate is not None:
        parts += [lay_out(_numbers(pooled)), lay_out(_studies(result))]
    if result.regression is not None:
        parts.append(_regression(result.regression))
    parts += _tests(result)
    if result.answer is not None:
        parts += _beside(result.answer)
        parts += _outside(result.answer)
    remarks = pooled_remarks(result)
    if remarks:
        parts.append("Mind:\n" + bullets(remarks))
    told = LIMITS if pooled is not None else RESEARCH_ONLY
    return "\n\n".join([*parts, wrapped(told)])


def _places(pooled: PooledEffect) -> int:
    """Decimals that show two digits of the standard error."""
    error = pooled.standard_error or 0.0
    places = 2
    while places < 6 and 0.0 < error * 10.0**places < 10.0:
        places += 1
    return places


def _numbers(pooled: PooledEffect) -> Table:
    places = _places(pooled)
    rows = [("Effect, 95 %", _with_estimate(pooled, places))]
    if pooled.prediction_low is not None:
        span = interval(pooled.prediction_low, pooled.prediction_high, places)
        rows.append(("A further study, 95 %", span))
    if pooled.between_study_variance is not None:
        span = interval(pooled.between_study_variance_low, pooled.between_study_variance_high, 4)
        rows += [
            ("Variance between studies", f"{span}; {decimal(pooled.between_study_variance, 4)}"),
            ("Share of it in the spread", f"{percent((pooled.heterogeneity_i2 or 0.0) / 100.0)}"),
            ("Test of one shared effect", f"Q = {decimal(pooled.q, 2)}, {_p(pooled.q_p)}"),
        ]
    knapp = ", Hartung–Knapp" if pooled.hartung_knapp else ""
    rows.append(("Method", "–" if pooled.k == 1 else METHOD_WORDS[pooled.method] + knapp))
    return Table("Numbers", (Column("Question"), Column("Answer")), tuple(rows))


def _with_estimate(pooled: PooledEffect, places: int) -> str:
    span = interval(pooled.low, pooled.high, places)
    chance = "" if pooled.p_value is None else f" ({_p(pooled.p_value)})"
    return f"{span}; {decimal(pooled.estimate, places)}{chance}"


def _bare_p(value: float | None) -> str:
    return _p(value).removeprefix("p ").removeprefix("= ")


def _p(value: float | None) -> str:
    if value is None:
        return "p not available"
    return "p < 0.0001" if value < 0.0001 else f"p = {value:.2g}"


def _studies(result: PooledStudies) -> Table:
    pooled = result.pooled
    weights = pooled.weights if pooled is not None else ()
    places = 2 if pooled is None else min(_places(pooled), 4)
    columns = (
        Column("Study"),
        Column("95 % interval", is_number=True),
        Column("Estimate", is_number=True),
        Column("Weight", is_number=True),
    )
    rows = tuple(
        (study, interval(band.low, band.high, places), decimal(estimate, places), percent(weight))
        for study, band, estimate, weight in zip(
            result.studies, result.intervals95, result.estimates, weights, strict=True
        )
    )
    return Table("Studies", columns, rows)


def _regression(found: MetaRegression) -> str:
    if not found.coefficients:
        return wrapped(
            f"Moderators ({', '.join(found.moderators)}) were refused: {found.reason} "
            "--force computes them all the same."
        )
    columns = (
        Column("Moderator"),
        Column("95 % interval", is_number=True),
        Column("Coefficient", is_number=True),
        Column("p", is_number=True),
    )
    rows = tuple(
        (
            part.name,
            interval(part.low, part.high, 4),
            decimal(part.estimate, 4),
            _bare_p(part.p_value),
        )
        for part in found.coefficients
    )
    kind = "F" if found.hartung_knapp else "χ²"
    note = (
        f"All moderators together: {kind} = {decimal(found.test_statistic, 2)}, "
        f"{_p(found.test_p)}. Variance between studies left: "
        f"{decimal(found.between_study_variance, 4)} (explained: "
        f"{percent((found.r2 or 0.0) / 100.0)}). A difference between studies need not hold "
        "between patients."
    )
    warned = f"{wrapped(f'Computed on demand, not to be relied on: {found.reason}')}\n\n"
    return (warned if found.reason else "") + lay_out(Table("Moderators", columns, rows, note))


def _tests(result: PooledStudies) -> list[str]:
    parts = []
    if result.leave_one_out is not None:
        rows = tuple(zip(result.studies, result.leave_one_out, strict=False))
        parts.append(_refits("Without", rows) if rows else "Leaving out: there is one study only.")
    if result.cumulative is not None:
        parts.append(_refits("Up to", tuple(zip(result.studies, result.cumulative, strict=True))))
    if result.influence is not None:
        parts.append(_influence(result))
    if result.small_studies is not None:
        parts.append(_small_studies(result.small_studies))
    return parts


def _refits(heading: str, rows: tuple[tuple[str, PooledEffect], ...]) -> str:
    columns = (
        Column(heading),
        Column("Effect, 95 %", is_number=True),
        Column("Estimate", is_number=True),
        Column("Variance between", is_number=True),
    )
    cells = tuple(
        (
            study,
            interval(found.low, found.high, 3),
            decimal(found.estimate, 3),
            decimal(found.between_study_variance, 4) if found.k > 1 else "–",
        )
        for study, found in rows
    )
    return lay_out(Table(heading, columns, cells))


def _influence(result: PooledStudies) -> str:
    if not result.influence:
        return "Influence: it takes three studies."
    columns = (
        Column("Study"),
        Column("Residual", is_number=True),
        Column("DFFITS", is_number=True),
        Column("Cook", is_number=True),
        Column("Weight", is_number=True),
        Column("Influential"),
    )
    rows = tuple(
        (
            study,
            decimal(found.studentised_residual, 2),
            decimal(found.dffits, 2),
            decimal(found.cooks_distance, 3),
            percent(found.hat),
            "yes" if found.is_influential else "",
        )
        for study, found in zip(result.studies, result.influence, strict=True)
    )
    note = "Residual: of the study against the others, in standard errors."
    return lay_out(Table("Influence", columns, rows, note))


def _small_studies(found: SmallStudyCheck) -> str:
    if found.slope is None:
        return wrapped(f"Small studies: not tested. {found.reason}")
    said = (
        f"Small studies against large ones: Egger's regression {_p(found.p_value)}, rank test "
        f"{_p(found.rank_p_value)}. Effect expected of a study without sampling error: "
        f"{interval(found.limit_low, found.limit_high, 3)} (95 %). {_filled(found)}"
    )
    return wrapped(said + (f" Computed on demand: {found.reason}" if found.reason else ""))


def _filled(found: SmallStudyCheck) -> str:
    if found.filled is None or found.missing is None:
        return "Trim and fill did not settle."
    if not found.missing:
        return "Trim and fill finds none missing."
    way = "larger" if found.missing_side == "right" else "smaller"
    return (
        f"If {plural(found.missing, 'study', 'studies')} with {way} effects went unpublished "
        f"(trim and fill), the interval would be "
        f"{interval(found.filled.low, found.filled.high, 3)}."
    )


def assumed_words(found: AssumedSpread) -> str:
    """What the interval with an assumed spread rests on."""
    return (
        f"That rests on an assumption, not on data: that true effects differ between studies with "
        f"an SD that is half-normal, scale {decimal(found.scale, 2)} of slowing."
    )


def _beside(answer: QuestionAnswer) -> list[str]:
    """The mean effect with an assumed spread between studies, where studies are few."""
    found = answer.assumed
    if found is None:
        return []
    return [
        wrapped(
            f"If the spread between studies is assumed, the average effect lies at "
            f"{interval(found.low, found.high, 2)} (95 %), middle {decimal(found.median, 2)}, over "
            f"{plural(found.k, 'study', 'studies')}{_holds_zero(found)}. {assumed_words(found)}"
            f"{_not_in_it(answer)}"
        )
    ]


def _not_in_it(answer: QuestionAnswer) -> str:
    """What no interval of such studies holds, however narrow it is."""
    silent = len(answer.unconverted)
    words = (
        f" {plural(silent, 'study', 'studies')} printed too little to be counted in it."
        if silent
        else ""
    )
    if answer.question.lane is Lane.SINGLE_ARM:
        words += " Nobody was left untreated: it is no effect of the treatment alone."
    elif answer.question.lane is Lane.EXTERNAL_CONTROL:
        words += " The groups were not drawn by lot: it may be no effect of the treatment."
    return words


def _completed_words(answer: QuestionAnswer) -> str:
    """The same studies with an assumed spread: with two of them the interval above says nothing."""
    found = answer.completed_assumed
    if found is None:
        return ""
    return (
        f" With the spread between studies assumed as above: {interval(found.low, found.high, 2)}, "
        f"middle {decimal(found.median, 2)}{_holds_zero(found)}."
        if answer.assumed is not None
        else f" With an assumed spread between studies: {interval(found.low, found.high, 2)}, "
        f"middle {decimal(found.median, 2)}{_holds_zero(found)}. {assumed_words(found)}"
    )


def _holds_zero(found: AssumedSpread) -> str:
    return ", and no effect fits too" if found.low < 0.0 < found.high else ""


def _outside(answer: QuestionAnswer) -> list[str]:
    """What does not enter the answer, and what it would be with borrowed spreads."""
    parts = []
    if answer.unconverted:
        texts = tuple(f"{row.label}: {row.reason} ({row.direction})" for row in answer.unconverted)
        parts.append("Could not be turned into an estimate:\n" + bullets(texts))
    if answer.left_out:
        texts = tuple(f"{left.effect.label}: {left.reason}" for left in answer.left_out)
        parts.append("Estimates that do not enter:\n" + bullets(texts))
    if answer.completed is not None and answer.completed.estimate is not None:
        places = _places(answer.completed)
        span = interval(answer.completed.low, answer.completed.high, places)
        parts.append(
            wrapped(
                f"With estimates whose spread is borrowed from other trials: {span}, best "
                f"{decimal(answer.completed.estimate, places)}, over "
                f"{plural(answer.completed.k, 'study', 'studies')}.{_completed_words(answer)} A "
                "test of the answer, not the answer."
            )
        )
    return parts
