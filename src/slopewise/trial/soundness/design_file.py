"""What a design file held, where its errors are, and what is to be known of the design."""

from dataclasses import dataclass

from slopewise.trial.design.canonical import content_hash
from slopewise.trial.design.design import Design
from slopewise.trial.design.plain import Path, Problem
from slopewise.trial.soundness.design_tables import DesignTables, line_of
from slopewise.trial.soundness.remarks import Remark, expected_dropout, remarks
from slopewise.trial.soundness.soundness import design_from_plain

__all__ = ["CheckedDesign", "DesignError", "DesignFile", "checked_design", "judged"]

SHOWN_VALUE = 60


@dataclass(frozen=True, slots=True)
class DesignError:
    """One error: where it is, what is there, and what to do."""

    file: str
    line: int | None
    table: str
    key: str
    value: str
    message: str
    path: Path = ()

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}, line {self.line}"
        what = " ".join(part for part in (self.table, self.key) if part)
        shown = f" = {self.value}" if self.value else ""
        return f"{place}: {what}{shown} {self.message}" if what else f"{place}: {self.message}"


@dataclass(frozen=True, slots=True)
class DesignFile:
    """What a file held: a design, or the errors that keep it from being one."""

    file: str
    design: Design | None
    errors: tuple[DesignError, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckedDesign:
    """What was read, its fingerprint, what could mislead, and the share expected to leave."""

    read: DesignFile
    content_hash: str | None = None
    remarks: tuple[Remark, ...] = ()
    dropout_by_end: float | None = None

    @property
    def is_sound(self) -> bool:
        """Whether the design can be used."""
        return self.read.design is not None


def checked_design(read: DesignFile) -> CheckedDesign:
    """Judge what was read."""
    design = read.design
    if design is None:
        return CheckedDesign(read)
    return CheckedDesign(read, content_hash(design), remarks(design), expected_dropout(design))


def judged(read: DesignTables) -> DesignFile:
    """The design of the tables, or every error with its line."""
    if read.broken:
        error = DesignError(read.file, read.broken_line, "", "", "", read.broken)
        return DesignFile(read.file, None, (error,))
    design, problems = design_from_plain(read.tables)
    errors = [_error(problem, read) for problem in problems]
    errors.sort(key=lambda error: error.line or 0)
    return DesignFile(read.file, design, tuple(errors))


def _error(problem: Problem, read: DesignTables) -> DesignError:
    table, key = _names(problem.path)
    line = line_of(problem.path, read.lines)
    return DesignError(
        *(read.file, line, table, key), _shown(problem.value), problem.message, problem.path
    )


def _names(path: Path) -> tuple[str, str]:
    """A path as people write it: `[[arms]] 2`, `route`; people count from 1."""
    head = 1
    while head < len(path) - 1 and isinstance(path[head], int):
        head += 1
    table = f"[{path[0]}]"
    if head > 1:
        table = f"[[{path[0]}]] number {int(path[1]) + 1}"
    elif len(path) > 1 and isinstance(path[1], int):
        return f"[[{path[0]}]] number {int(path[1]) + 1}", ""
    words = [f"number {p + 1}" if isinstance(p, int) else p for p in path[head:]]
    return table, " ".join(words)


def _shown(value: object) -> str:
    if value is None or value == "":
        return ""
    text = f'"{value}"' if isinstance(value, str) else str(value)
    if isinstance(value, float):
        text = f"{value:g}"
    elif isinstance(value, list):
        text = f"[{', '.join(_shown(one) for one in value)}]"
    return text if len(text) <= SHOWN_VALUE else text[: SHOWN_VALUE - 3] + "..."
