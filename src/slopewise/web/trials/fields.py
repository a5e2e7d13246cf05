"""The design as fields of a form: sections, rows that repeat, and what is wrong beside each."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from slopewise.therapy.administration import ROUTES
from slopewise.therapy.product import DONORS
from slopewise.trial.design.canonical import plain_number
from slopewise.trial.soundness.design_file import DesignError
from slopewise.trial.soundness.question import OPTIONS_OF
from slopewise.web.trials.labels import CHOICE_WORDS, GROUPS, LABELS, SECTIONS
from slopewise.web.trials.shapes import DESIGN, Key, Shape, keys_of

__all__ = ["Control", "Field", "Group", "Part", "Row", "Section", "sections"]

Path = tuple[str | int, ...]
_WANTED_BY = {"external_control": "single-arm", "open_period": "randomised-withdrawal"}
_RENAMED = {"arms", "estimands", "endpoints", "randomisation.factors"}
_CONTROLS = {
    Shape.CHOICE: "choice",
    Shape.TICK: "tick",
    Shape.TEXTS: "lines",
    Shape.MATRIX: "lines",
    Shape.RANGE: "parts",
    Shape.BY_ARM: "parts",
    Shape.NUMBER: "number",
    Shape.WHOLE: "number",
}
_NUMBERS = (Shape.NUMBER, Shape.WHOLE)
_FAR = 1000  # limits beyond are there to catch slips, and would only be noise in a hint
Control = str  # choice, tick, lines, parts, number, text


@dataclass(frozen=True, slots=True)
class Part:
    """One of several inputs of a field: lowest and highest, or one for each arm."""

    name: str
    label: str
    value: str
    arm: str | None = None

    @property
    def id(self) -> str:
        return _id(self.name)


@dataclass(frozen=True, slots=True)
class Field:
    """One key: how it is entered, what stands there, and what is wrong with it."""

    name: str
    label: str
    hint: str
    control: Control
    value: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    parts: tuple[Part, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return _id(self.name)

    @property
    def first_id(self) -> str:
        """Where a link to this field leads."""
        return self.parts[0].id if self.parts else self.id


@dataclass(frozen=True, slots=True)
class Row:
    """One of several tables of the same kind."""

    name: str
    title: str
    was: str  # the name it came with: references follow a new one
    fields: tuple[Field, ...]
    problems: tuple[str, ...] = ()
    is_open: bool = False

    @property
    def id(self) -> str:
        return _id(self.name)


@dataclass(frozen=True, slots=True)
class Group:
    """Tables that repeat, with the words of the buttons that add and remove one."""

    name: str
    heading: str
    one: str
    hint: str
    rows: tuple[Row, ...]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """One table of the file, or the tables that repeat under one name."""

    name: str
    heading: str
    hint: str
    is_optional: bool
    is_used: bool
    fields: tuple[Field, ...] = ()
    groups: tuple[Group, ...] = ()
    problems: tuple[str, ...] = ()
    is_open: bool = False


@dataclass(frozen=True)
class _Form:
    """What the fields are made of: values, errors not yet told, the place last changed."""

    tables: dict[str, Any]
    errors: list[DesignError]
    touched: str
    arms: tuple[str, ...]

    def problems(self, place: Path, *, exact: bool = False) -> tuple[str, ...]:
        """Take the errors of a place, or also of what is below it."""
        mine = [
            one
            for one in self.errors
            if (one.path == place if exact else one.path[: len(place)] == place)
        ]
        for one in mine:
            self.errors.remove(one)
        return tuple(_told(one) for one in mine)


def sections(
    tables: dict[str, Any], errors: Sequence[DesignError] = (), *, touched: str = ""
) -> tuple[tuple[Section, ...], tuple[DesignError, ...]]:
    """Every section of the form, and the errors that belong to none of its fields."""
    form = _Form(tables, list(errors), touched, tuple(_names(tables.get("arms"))))
    keys = {key.name: key for key in DESIGN}
    made = tuple(_section(keys[name], form) for name in SECTIONS if _is_shown(name, tables, errors))
    return made, tuple(form.errors)


def _is_shown(name: str, tables: dict[str, Any], errors: Sequence[DesignError]) -> bool:
    wanted_by = _WANTED_BY.get(name)
    if wanted_by is None or name in tables or any(one.path[:1] == (name,) for one in errors):
        return True
    return bool(_table(tables, "trial").get("kind") == wanted_by)


def _section(key: Key, form: _Form) -> Section:
    words = SECTIONS[key.name]
    place: Path = (key.name,)
    if key.shape is Shape.RECORDS:
        group = _group(key, place, form.tables.get(key.name), form)
        is_open = form.touched.startswith(key.name) or _has_problems((group,))
        return Section(
            *(key.name, words.heading, words.hint),
            is_optional=False,
            is_used=True,
            groups=(group,),
            is_open=is_open,
        )
    table = _table(form.tables, key.name)
    is_used = not words.is_optional or key.name in form.tables
    mine = [k for k in keys_of(key.record) if is_used]
    made = tuple(
        _field(k, (*place, k.name), table.get(k.name), form)
        for k in mine
        if k.shape is not Shape.RECORDS
    )
    groups = tuple(
        _group(k, (*place, k.name), table.get(k.name), form)
        for k in mine
        if k.shape is Shape.RECORDS
    )
    problems = form.problems(place)
    wrong = bool(problems) or any(one.problems for one in made) or _has_problems(groups)
    is_open = wrong or form.touched.split(".")[0] == key.name
    return Section(
        *(key.name, words.heading, words.hint, words.is_optional, is_used),
        *(made, groups, problems, is_open),
    )


def _has_problems(groups: Iterable[Group]) -> bool:
    return any(one.problems or any(row.is_open for row in one.rows) for one in groups)


def _group(key: Key, place: Path, value: Any, form: _Form) -> Group:
    name = ".".join(map(str, place))
    words = GROUPS[name]
    rows = value if isinstance(value, list) else []
    problems = form.problems(place, exact=True)
    made = tuple(_row(key, place, i, form) for i in _numbered(rows))
    return Group(name, words.heading, words.one, words.hint, made, problems)


def _numbered(rows: list[Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    for i, row in enumerate(rows):
        yield i, row if isinstance(row, dict) else {}


def _row(key: Key, place: Path, numbered: tuple[int, dict[str, Any]], form: _Form) -> Row:
    i, table = numbered
    here, group = (*place, i), ".".join(map(str, place))
    name = f"{group}.{i}"
    made = tuple(
        _field(k, (*here, k.name), table.get(k.name), form)
        for k in keys_of(key.record)
        if _belongs(group, k, table, form, (*here, k.name))
    )
    called = _text(table.get("name", table.get("event", table.get("alsfrs_below", ""))))
    title = f"{GROUPS[group].one} {i + 1}" + (f": {called}" if called else "")
    problems = form.problems(here)
    is_open = bool(problems) or any(one.problems for one in made) or form.touched == name
    was = _text(table.get("name", "")) if group in _RENAMED else ""
    return Row(name, title, was, made, problems, is_open)


def _belongs(group: str, key: Key, table: dict[str, Any], form: _Form, place: Path) -> bool:
    """Whether an option is of this endpoint's analysis, or is there all the same."""
    if group != "endpoints" or key.name not in OPTIONS_OF:
        return True
    wrong = any(one.path[: len(place)] == place for one in form.errors)
    return key.name in table or wrong or table.get("analysis") in OPTIONS_OF[key.name]


def _field(key: Key, place: Path, value: Any, form: _Form) -> Field:
    name = ".".join(map(str, place))
    if value is None and _has_no_gap(key):
        value = key.default  # as reading a file without the key would have it
    label, hint = LABELS[".".join(str(one) for one in place if isinstance(one, str))]
    choices = _choices(key, place, value, form)
    return Field(
        name,
        label,
        _full_hint(key, hint),
        "choice" if choices else _CONTROLS.get(key.shape, "text"),
        _shown(key.shape, value),
        choices,
        _parts(key, name, value, form),
        form.problems(place),
    )


def _full_hint(key: Key, hint: str) -> str:
    said = hint
    if key.limits is not None and key.limits.high <= _FAR and key.shape in _NUMBERS:
        limits = str(replace(key.limits, unit="")).replace("-", "\u2212")
        said = f"{said}; {limits}" if said else limits[0].upper() + limits[1:]
    if key.default and key.shape in (*_NUMBERS, Shape.TEXT):
        empty = f"empty: {key.default}"
        said = f"{said}; {empty}" if said else empty[0].upper() + empty[1:]
    return said


def _choices(key: Key, place: Path, value: Any, form: _Form) -> tuple[tuple[str, str], ...]:
    known = key.choices or _references(place, form)
    if not known:
        return ()
    empty = [("", "choose" if key.is_needed else "not given")]
    if _has_no_gap(key):
        empty = []
    made = [*empty, *((one, _words(one)) for one in known)]
    if value not in (None, "") and value not in known:
        made.append((_text(value), f"{_text(value)} (not known here)"))
    return tuple(made)


def _has_no_gap(key: Key) -> bool:
    """Whether one of the choices always stands, because the key has a default."""
    return bool(key.choices) and not key.is_needed and not key.can_be_absent


def _references(place: Path, form: _Form) -> tuple[str, ...]:
    """Names that stand elsewhere in the design, and words the program knows."""
    where = ".".join(str(one) for one in place if isinstance(one, str))
    elsewhere = _table(form.tables, "trial").get("kind") == _WANTED_BY["external_control"]
    known = {
        "arms.route": tuple(ROUTES),
        "arms.donor": DONORS,
        "estimands.treatment": form.arms,
        "estimands.control": (*form.arms, *(("external control",) if elsewhere else ())),
        "open_period.arm": form.arms,
        "endpoints.estimand": tuple(_names(form.tables.get("estimands"))),
    }
    return tuple(dict.fromkeys(known.get(where, ())))


def _words(value: str) -> str:
    return CHOICE_WORDS.get(value, value.replace("-", " "))


def _parts(key: Key, name: str, value: Any, form: _Form) -> tuple[Part, ...]:
    if key.shape is Shape.RANGE:
        two = [*value, "", ""][:2] if isinstance(value, list) else [value or "", ""]
        return tuple(
            Part(f"{name}.{end}", words, _text(one))
            for end, words, one in zip(("low", "high"), ("lowest", "highest"), two, strict=True)
        )
    if key.shape is not Shape.BY_ARM:
        return ()
    given = value if isinstance(value, dict) else {}
    arms = tuple(dict.fromkeys((*map(str, given), *form.arms)))
    return tuple(
        Part(f"{name}.{i}", arm, _text(given.get(arm, "")), arm) for i, arm in enumerate(arms)
    )


def _shown(shape: Shape, value: Any) -> str:
    """A value as it stands in its field."""
    if value is None or shape in (Shape.RANGE, Shape.BY_ARM):
        return ""
    if shape is Shape.TICK:
        return "yes" if value is True else ""
    if not isinstance(value, list):
        return _text(value)
    if shape is Shape.MATRIX:
        rows = (one if isinstance(one, list) else [one] for one in value)
        return "\n".join(", ".join(map(_text, row)) for row in rows)
    return ("\n" if shape is Shape.TEXTS else ", ").join(map(_text, value))


def _text(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return plain_number(value)
    return "" if value is None else str(value)


def _names(rows: Any) -> Iterator[str]:
    for row in rows if isinstance(rows, list) else ():
        name = row.get("name") if isinstance(row, dict) else None
        if isinstance(name, str) and name:
            yield name


def _table(tables: dict[str, Any], name: str) -> dict[str, Any]:
    found = tables.get(name)
    return found if isinstance(found, dict) else {}


def _told(error: DesignError) -> str:
    """The error in the words of `slopewise trial check`, without file and line."""
    what = f"{error.key or error.table}{f' = {error.value}' if error.value else ''}"
    return f"{what} {error.message}"


def _id(name: str) -> str:
    return f"f-{name.replace('.', '-')}"
