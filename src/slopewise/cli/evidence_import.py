"""`slopewise evidence`: bring in new material; what each conclusion was, is now, and why."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from slopewise.cli.options import AsJson
from slopewise.cli.output import answer, answer_json, check_place, tell, write_document
from slopewise.errors import InputError

if TYPE_CHECKING:
    from slopewise.report.evidence.added_text import AddedLine
    from slopewise.workflow.add_evidence import AddedEvidence

__all__ = ["register"]

Every = Annotated[
    bool, typer.Option("--all", help="Print every conclusion by itself, changed or not.")
]
StudyId = Annotated[str, typer.Argument(metavar="ID", help="Identifier of the added study.")]


def register(group: typer.Typer) -> None:
    """Add the commands to the group."""
    group.command("add", short_help="Add a study, and see what changes and why.")(add)
    group.command("template", short_help="Write a table of effects to fill in.")(template)
    group.command("added", short_help="List what was added on this machine.")(added)
    group.command("accept", short_help="Let a draft take part in answers.")(accept)
    group.command("void", short_help="Take an added study out, with a reason.")(void)
    group.command("sync", short_help="Read a folder or a server into drafts.")(sync)


def add(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="Study (.json), effects (.csv), registry record or citations."
        ),
    ],
    *,
    preview: Annotated[
        bool, typer.Option("--preview", help="Only show what would change; keep nothing.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put the study in the place of the record's own.")
    ] = False,
    every: Every = False,
    as_json: AsJson = False,
) -> None:
    """Add a file of new evidence; say what each conclusion was, is now, and why."""
    from slopewise.workflow.add_evidence import add_evidence

    made = add_evidence(file, now=datetime.now(UTC), preview=preview, replaces=replace)
    _show(made, every=every, as_json=as_json)


def template(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="Where to write it; without, it is printed."),
    ] = None,
) -> None:
    """Write a table of effects with every column explained and two made-up rows."""
    from slopewise.records.published.effects_columns import template as template_text

    if file is None:
        answer(template_text())
        return
    check_place(file)
    if file.exists():
        raise InputError(f"{file} exists and may be filled in; name another file, or remove it")
    write_document(file, template_text())
    tell(f"Written: {file}. Its two rows are made up: replace them before you add it.")


def added(*, as_json: AsJson = False) -> None:
    """List the studies kept on this machine: added, drafts, and voided with the reason."""
    from slopewise.report.evidence.added_text import AddedLine, added_json, kept_text
    from slopewise.workflow.add_evidence import list_added

    lines = [
        AddedLine(
            one.study_id,
            one.study.label,
            f"{one.state}{' (in the place of the record)' if one.supersedes else ''}",
            "; ".join(filter(None, (one.history[-1].on[:10], one.history[-1].why))),
        )
        for one in list_added()
    ]
    if as_json:
        answer_json(added_json(lines, (), findings=())["studies"])
    else:
        answer(kept_text(lines))


def accept(study_id: StudyId, *, every: Every = False, as_json: AsJson = False) -> None:
    """Let a draft take part in answers; say what each conclusion was, is now, and why."""
    from slopewise.workflow.add_evidence import accept_evidence

    _show(accept_evidence(study_id, now=datetime.now(UTC)), every=every, as_json=as_json)


def void(
    study_id: StudyId,
    *,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why it is taken out; kept with it.")
    ],
    every: Every = False,
    as_json: AsJson = False,
) -> None:
    """Take an added study out of every answer; say what that changes. Its file stays."""
    from slopewise.workflow.add_evidence import void_evidence

    _show(
        void_evidence(study_id, reason=reason, now=datetime.now(UTC)), every=every, as_json=as_json
    )


def sync(
    *,
    source: Annotated[
        str,
        typer.Option(
            "--from", metavar="FOLDER|URL", help="Folder of files, or address of a server."
        ),
    ],
    every: Every = False,
    as_json: AsJson = False,
) -> None:
    """Read every recognised file of a folder, or the pages of a server, into drafts.

    Drafts take part in no answer until they are accepted. The network is used only here, and only
    the host that is given.
    """
    from slopewise.workflow.sync_evidence import sync_evidence

    _show(sync_evidence(source, now=datetime.now(UTC)), every=every, as_json=as_json)


def _show(made: "AddedEvidence", *, every: bool, as_json: bool) -> None:
    from slopewise.report.evidence.added_text import added_json, added_text, finding_text

    findings = [
        finding_text(one.reason, file=one.file, row=one.row, column=one.column, remedy=one.remedy)
        for one in made.findings
    ]
    lines = _lines(made)
    if as_json:
        answer_json(
            {
                "source": made.source,
                "preview": made.is_preview,
                **added_json(lines, made.changes, findings=findings),
            }
        )
        return
    answer(added_text(_head(made), lines, made.changes, findings=findings, every=every))


def _lines(made: "AddedEvidence") -> "list[AddedLine]":
    from slopewise.report.evidence.added_text import AddedLine

    lines = [AddedLine(one.study_id, one.label, one.what, one.why) for one in made.outcomes]
    for one in made.entries:
        was = f"; was {one.was}" if one.was and one.was != one.now else ""
        why = f"status in the register {one.now}{was}"
        lines.append(AddedLine(one.identifier, one.identifier, f"registration {one.what}", why))
    return lines


def _head(made: "AddedEvidence") -> str:
    if made.is_preview:
        return f"Preview of {made.source}: nothing was kept."
    if made.are_drafts:
        return (
            f"{made.source} was read into drafts. They take part in no answer until you accept "
            "them (slopewise evidence accept ID); below is what would change then:"
        )
    return f"{made.source}: what became of it, and what it changes."
