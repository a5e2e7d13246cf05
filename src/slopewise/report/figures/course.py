"""The patient's picture: what was scored, what was expected, what was given and when."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from slopewise.report.figures import style
from slopewise.report.figures.grammar import left_pixel, one_row, rows_of, top_pixel
from slopewise.report.figures.key import KEY_LINE, KeyEntry, key_layers, key_lines
from slopewise.report.figures.svg import render

if TYPE_CHECKING:
    import altair as alt

__all__ = ["CareBar", "CoursePicture", "CourseScore", "ExpectedPoint", "course_svg"]

_LANE = 34  # px for one bar of standard care and its words
_DOSE_GAP = 16  # px between the numbers of two doses that are both written


@dataclass(frozen=True, slots=True)
class CourseScore:
    """One visit's total, points; whether it is the sum of recorded items."""

    month: float
    total: float
    from_items: bool


@dataclass(frozen=True, slots=True)
class ExpectedPoint:
    """What was expected at one month, points: the middle, and the bands of 50 and 90 of 100."""

    month: float
    median: float
    low50: float
    high50: float
    low90: float
    high90: float


@dataclass(frozen=True, slots=True)
class CareBar:
    """One kind of standard care: its spans from a month to a month; None = still going on."""

    words: str
    spans: tuple[tuple[float, float | None], ...]


@dataclass(frozen=True, slots=True)
class CoursePicture:
    """Everything the picture shows; months count from the first dose."""

    scale_name: str
    scale_maximum: int
    scores: tuple[CourseScore, ...]
    expected: tuple[ExpectedPoint, ...] = ()
    doses: tuple[float, ...] = ()
    care: tuple[CareBar, ...] = ()
    event: tuple[float, str] | None = None

    @property
    def months(self) -> tuple[float, float]:
        """First and last month that the axis must hold, never less than half a year apart."""
        found = [s.month for s in self.scores] + list(self.doses)
        found += [p.month for p in self.expected]
        found += [self.event[0]] if self.event else []
        found = found or [0.0]
        first, last = min(found), max(found)
        return first - 0.5, max(last + 0.5, first + 6.0)


@lru_cache(maxsize=256)
def course_svg(picture: CoursePicture, width: int) -> Markup:
    """The picture at a width in pixels; kept in memory, so the same picture is drawn once."""
    import altair as alt

    height = 300 if width >= 500 else 260
    entries = _key(picture)
    lines = key_lines(entries, width)
    layers = [
        *_frame(picture, width=width),
        *_bands(picture),
        *_doses(picture, width=width),
        *_scores(picture),
        *_event(picture),
        *_care(picture, top=height + 62),
        *key_layers(entries, width=width, top=-66 - (lines - 1) * KEY_LINE),
    ]
    chart = alt.layer(*layers).properties(width=width, height=height)
    name = f"{picture.scale_name} over months from the first dose"
    return render(chart, name)


def _x(picture: CoursePicture, width: int = style.LABEL_SIZE * 60) -> "alt.X":
    import altair as alt

    first, last = picture.months
    title = "Months from the first dose" if picture.doses else "Months from the first visit"
    axis = alt.Axis(
        title=title, grid=False, format="d", tickMinStep=1, tickCount=max(3, min(12, width // 60))
    )
    domain = alt.Scale(domain=[round(first, 3), round(last, 3)], nice=False, zero=False)
    return alt.X("month:Q", scale=domain, axis=axis)


def _y(picture: CoursePicture, field: str = "total") -> "alt.Y":
    import altair as alt

    step = picture.scale_maximum // 4
    axis = alt.Axis(title=None, values=list(range(0, picture.scale_maximum + 1, step)), ticks=False)
    domain = alt.Scale(domain=[0, picture.scale_maximum], nice=False)
    return alt.Y(f"{field}:Q", scale=domain, axis=axis)


def _frame(picture: CoursePicture, *, width: int) -> list["alt.Chart"]:
    """Axes, and above them the words for the vertical axis."""
    import altair as alt

    corners = [{"month": m, "total": 0} for m in picture.months]
    axes = alt.Chart(rows_of(corners)).mark_point(opacity=0, size=1)
    words = alt.Chart(one_row()).mark_text(
        align="left",
        baseline="middle",
        fontWeight="bold",
        color=style.INK,
        text=f"{picture.scale_name} total, points",
    )
    return [
        axes.encode(x=_x(picture, width), y=_y(picture)),
        words.encode(x=left_pixel(0), y=top_pixel(-40)),
    ]


def _bands(picture: CoursePicture) -> list["alt.Chart"]:
    import altair as alt

    if not picture.expected:
        return []
    rows = [
        {
            "month": p.month,
            "median": p.median,
            "low50": p.low50,
            "high50": p.high50,
            "low90": p.low90,
            "high90": p.high90,
        }
        for p in picture.expected
    ]
    chart = alt.Chart(rows_of(rows))
    wide = chart.mark_area(color=style.BAND_90, opacity=1)
    inner = chart.mark_area(color=style.BAND_50, opacity=1)
    middle = chart.mark_line(color=style.EXPECTED, strokeDash=[6, 4], strokeWidth=2)
    return [
        wide.encode(x=_x(picture), y=_y(picture, "low90"), y2=alt.Y2("high90")),
        inner.encode(x=_x(picture), y=_y(picture, "low50"), y2=alt.Y2("high50")),
        middle.encode(x=_x(picture), y=_y(picture, "median")),
    ]


def _doses(picture: CoursePicture, *, width: int) -> list["alt.Chart"]:
    import altair as alt

    if not picture.doses:
        return []
    first, last = picture.months
    rows, written = [], float("-inf")
    for number, month in enumerate(picture.doses, start=1):
        place = (month - first) / (last - first) * width
        label = str(number) if place - written >= _DOSE_GAP else ""
        written = place if label else written
        rows.append({"month": month, "label": label})
    chart = alt.Chart(rows_of(rows))
    tick = chart.mark_rule(color=style.DOSE, strokeWidth=1.5, strokeDash=[2, 3])
    head = chart.mark_point(
        color=style.DOSE, filled=True, shape="triangle-down", size=80, opacity=1
    )
    number_text = chart.mark_text(color=style.DOSE, dy=-12, fontWeight="bold")
    return [
        tick.encode(x=_x(picture)),
        head.encode(x=_x(picture), y=top_pixel(2)),
        number_text.encode(x=_x(picture), y=top_pixel(0), text=alt.Text("label:N")),
    ]


def _scores(picture: CoursePicture) -> list["alt.Chart"]:
    import altair as alt

    rows = [
        {"month": s.month, "total": s.total, "from_items": s.from_items} for s in picture.scores
    ]
    if not rows:
        return []
    line = alt.Chart(rows_of(rows)).mark_line(color=style.INK, strokeWidth=1.5)
    layers = [line.encode(x=_x(picture), y=_y(picture))]
    summed = [row for row in rows if row["from_items"]]
    stated = [row for row in rows if not row["from_items"]]
    if summed:
        mark = alt.Chart(rows_of(summed)).mark_point(
            color=style.INK, filled=True, size=62, opacity=1
        )
        layers.append(mark.encode(x=_x(picture), y=_y(picture)))
    if stated:
        mark = alt.Chart(rows_of(stated)).mark_point(
            stroke=style.INK,
            fill=style.SURFACE,
            shape="diamond",
            size=90,
            strokeWidth=2,
            opacity=1,
        )
        layers.append(mark.encode(x=_x(picture), y=_y(picture)))
    return layers


def _event(picture: CoursePicture) -> list["alt.Chart"]:
    import altair as alt

    if picture.event is None:
        return []
    month, _ = picture.event
    chart = alt.Chart(rows_of([{"month": month, "total": 0}]))
    rule = chart.mark_rule(color=style.INK, strokeWidth=2)
    cross = chart.mark_point(color=style.INK, filled=True, shape="cross", size=110, opacity=1)
    return [
        rule.encode(x=_x(picture)),
        cross.encode(x=_x(picture), y=top_pixel(12)),
    ]


def _care(picture: CoursePicture, *, top: float) -> list["alt.Chart"]:
    """Bars under the axis, each with its words on it; an arrow says that it still goes on."""
    import altair as alt

    _, last = picture.months
    layers = []
    for lane, bar in enumerate(picture.care):
        y = top + lane * _LANE + 14
        rows = [
            {"month": _within(start, picture), "end": _within(end, picture)}
            for start, end in bar.spans
        ]
        thick = alt.Chart(rows_of(rows)).mark_rule(
            color=style.CARE, strokeWidth=7, strokeCap="butt"
        )
        layers.append(thick.encode(x=_x(picture), x2=alt.X2("end"), y=top_pixel(y)))
        ongoing = any(end is None or end > last for _, end in bar.spans)
        text = f"{bar.words}{' →' if ongoing else ''}"
        words = alt.Chart(one_row()).mark_text(align="left", baseline="bottom", text=text)
        layers.append(words.encode(x=left_pixel(0), y=top_pixel(y - 6)))
    return layers


def _within(month: float | None, picture: CoursePicture) -> float:
    """A month cut to the axis; None = its end."""
    first, last = picture.months
    return last if month is None else min(max(month, first), last)


def _key(picture: CoursePicture) -> tuple[KeyEntry, ...]:
    entries = []
    if any(score.from_items for score in picture.scores):
        entries.append(KeyEntry("point", style.INK, "scored visit"))
    if any(not score.from_items for score in picture.scores):
        entries.append(KeyEntry("open point", style.INK, "total without items"))
    if picture.doses:
        entries.append(KeyEntry("dose", style.DOSE, "dose"))
    if picture.expected:
        entries.append(KeyEntry("dash", style.EXPECTED, "expected without treatment"))
        entries.append(KeyEntry("band", style.BAND_50, "50 of 100 fall here"))
        entries.append(KeyEntry("band", style.BAND_90, "90 of 100 fall here"))
    if picture.event is not None:
        entries.append(KeyEntry("event", style.INK, picture.event[1]))
    return tuple(entries) or (KeyEntry("point", style.INK, "scored visit"),)
