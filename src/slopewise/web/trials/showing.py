"""What the page of one design shows: its fields or its file, its words, and what is wrong."""

import shlex
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from slopewise.errors import InputError
from slopewise.trial.design.canonical import canonical_text
from slopewise.trial.soundness.design_file import DesignFile, checked_design
from slopewise.web.rendering import page
from slopewise.web.trials.fields import Section, sections

__all__ = ["ShownDesign", "design_page"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownDesign:
    """A design on its page: what was read of it, and how it stands.

    `name`: under which it is saved, None for a new one. `tables`: None where the file is not TOML.
    `touched`: the table that was added or removed. `is_judged`: whether errors are told.
    """

    read: DesignFile
    tables: dict[str, Any] | None
    text: str | None = None
    name: str | None = None
    template: str = ""
    touched: str = ""
    message: str = ""
    is_judged: bool = True
    is_changed: bool = False


def design_page(request: Request, shown: ShownDesign) -> Response:
    """The page of a design, with 422 where something is wrong in what was sent."""
    errors = shown.read.errors if shown.is_judged else ()
    made, left = sections(shown.tables or {}, errors, touched=shown.touched)
    design = shown.read.design
    context = {
        "shown": shown,
        "sections": made if shown.tables is not None else (),
        "left": left,
        "links": _links(made),
        "errors": errors,
        "title": _title(shown),
        "action": _action(shown),
        "text": shown.text if shown.text is not None else _written(shown),
        "words": _words(shown),
        "design": design,
        "checked": checked_design(shown.read) if shown.is_judged and design else None,
        "command_words": _command(shown),
    }
    status = InputError.http_status if errors and shown.is_changed else 200
    return page(request, "trials/design.html", context, status=status)


def _title(shown: ShownDesign) -> str:
    if shown.name is None:
        return "A new design"
    trial = (shown.tables or {}).get("trial")
    said = trial.get("title") or trial.get("name") if isinstance(trial, dict) else None
    return str(said) if isinstance(said, str) else shown.name


def _action(shown: ShownDesign) -> str:
    return f"/trials/{shown.name}" if shown.name else "/trials/new"


def _written(shown: ShownDesign) -> str:
    return canonical_text(shown.read.design) if shown.read.design else ""


def _words(shown: ShownDesign) -> Any:
    from slopewise.report.trial.design_words import design_paragraphs

    if shown.read.design is None or not shown.is_judged:
        return ()
    return design_paragraphs(shown.read.design)


def _command(shown: ShownDesign) -> str:
    from slopewise.workflow.saved_designs import design_path

    if shown.name is None:
        return f"slopewise trial new --template {shlex.quote(shown.template or 'two-arm')}"
    return f"slopewise trial check {shlex.quote(str(design_path(shown.name)))}"


def _links(made: tuple[Section, ...]) -> tuple[tuple[str, str, str], ...]:
    """Every problem told beside a field or a table: where it is, in which section, what it says."""
    found = []
    for section in made:
        told: list[tuple[str, tuple[str, ...]]] = [(f"s-{section.name}", section.problems)]
        told += [(one.first_id, one.problems) for one in section.fields]
        for group in section.groups:
            told.append((f"s-{section.name}", group.problems))
            for row in group.rows:
                told.append((row.id, row.problems))
                told += [(one.first_id, one.problems) for one in row.fields]
        found += [(place, section.heading, one) for place, several in told for one in several]
    return tuple(found)
