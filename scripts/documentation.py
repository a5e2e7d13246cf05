"""Write the generated pages of docs/; `--check` only says which of them are out of date.

.venv/bin/python scripts/documentation.py [--check]

docs/reference/cli.md        every command's own help
docs/reference/settings.md   every setting
docs/reference/pages.md      every page of the web application
docs/reference/python.md     the public names of every module, pinned by a test
docs/models/calibration.md   how well the embedded natural history meets what is published
docs/evidence/characteristics.md  false alarms and power of the verdict (from characteristics.json)
docs/evidence/speed.md       speed beside other programs (from benchmarks/results.jsonl)
docs/data/*.md               the generated parts of files, rules and tables (data_pages.py)
docs/images/patient.svg      the README's picture, of a simulated patient (not compared by --check)
"""

import ast
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import data_pages
from calibration_page import calibration_page
from evidence_pages import characteristics_page, characteristics_picture
from speed_page import speed_page

__all__ = ["generated_pages", "main"]

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "slopewise"
REFERENCE = ROOT / "docs" / "reference"
NOTICE = "<!-- Written by `make docs`; do not edit by hand. -->\n"
HELP_WIDTH = "90"
PICTURE = ROOT / "docs" / "images" / "patient.svg"
CHARACTERISTICS = ROOT / "docs" / "evidence" / "characteristics.svg"
PATIENT_SHOWN = "DEMO-002"
WHITE = '<rect width="100%" height="100%" fill="white"/>'  # a dark reader would hide the words


def main(arguments: list[str]) -> int:
    """Write the pages, or with --check tell which differ; returns the exit code."""
    stale = []
    for path, text in generated_pages().items():
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(path.relative_to(ROOT))
        if "--check" not in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    if "--check" not in arguments:
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        PICTURE.write_text(_picture(), encoding="utf-8")
        CHARACTERISTICS.write_text(_on_white(characteristics_picture()), encoding="utf-8")
    word = "out of date, run `make docs`:" if "--check" in arguments else "written:"
    for path in stale:
        sys.stderr.write(f"{word} {path}\n")
    return int(bool(stale) and "--check" in arguments)


def generated_pages() -> dict[Path, str]:
    """Every generated page: where it lies and what it must say."""
    return {
        REFERENCE / "cli.md": _cli(),
        REFERENCE / "settings.md": _settings(),
        REFERENCE / "pages.md": _pages(),
        REFERENCE / "python.md": _python(),
        ROOT / "docs" / "models" / "calibration.md": calibration_page(NOTICE),
        ROOT / "docs" / "evidence" / "characteristics.md": characteristics_page(NOTICE),
        ROOT / "docs" / "evidence" / "speed.md": speed_page(NOTICE),
        **data_pages.pages(),
    }


def _cli() -> str:
    os.environ["COLUMNS"] = HELP_WIDTH
    import typer.main
    from typer.testing import CliRunner

    from slopewise.cli.main import app

    parts = [NOTICE, "# Command line\n"]
    parts.append(
        "Exit codes: 0 ok; 1 something given is wrong (the message says what and how to put it "
        "right); 2 the command was misused; 3 a numerical method did not converge; 130 stopped "
        "with Ctrl-C. The answer goes to standard output; progress and messages go to the error "
        "stream.\n"
    )
    for path in _command_paths(typer.main.get_command(app), ()):
        title = " ".join(("slopewise", *path))
        result = CliRunner().invoke(app, [*path, "--help"], prog_name="slopewise")
        lines = "\n".join(line.rstrip() for line in result.output.strip().splitlines())
        parts.append(f"## `{title}`\n\n```text\n{lines}\n```\n")
    return "\n".join(parts)


def _command_paths(command: object, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield path
    children: dict[str, object] = getattr(command, "commands", {})
    for name, child in children.items():
        yield from _command_paths(child, (*path, name))


def _settings() -> str:
    from slopewise.settings import Settings

    rows = []
    for name, field in Settings.model_fields.items():
        default = "`~/.local/share/slopewise`" if name == "data_folder" else f"`{field.default}`"
        rows.append(f"| `SLOPEWISE_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(
        [
            NOTICE,
            "# Settings\n",
            "Settings are environment variables. An option given on the command line wins.\n",
            "| variable | default | meaning |",
            "| --- | --- | --- |",
            *rows,
            "",
            "`XDG_DATA_HOME`, where it is set, replaces `~/.local/share`. The store is one SQLite "
            "file in the data folder, readable by its owner only: `slopewise.sqlite` for your own "
            "patients, `demonstration.sqlite` for the simulated clinic. The two are never mixed.",
            "",
        ]
    )


def _pages() -> str:
    from slopewise.web.app import create_app

    rows = sorted(
        (
            path,
            method.upper(),
            operation.get("description", operation["summary"]).strip().split("\n")[0],
        )
        for path, operations in create_app().openapi()["paths"].items()
        for method, operation in operations.items()
    )
    return "\n".join(
        [
            NOTICE,
            "# Pages of the web application\n",
            "| address | method | what it is |",
            "| --- | --- | --- |",
            *(f"| `{path}` | {methods} | {meaning} |" for path, methods, meaning in rows),
            "",
        ]
    )


def _picture() -> str:
    from slopewise.report.patient.drawings import course_drawing
    from slopewise.workflow.assess_patients import assess_folder

    found = assess_folder(SOURCE / "demonstration", patient_id=PATIENT_SHOWN)
    return _on_white(str(course_drawing(found.treated[0], found.run.patients[0]).svg))


def _on_white(svg: str) -> str:
    opening, rest = svg.split(">", 1)
    return f"{opening}>{WHITE}{rest}\n"


def _python() -> str:
    parts = [
        NOTICE,
        "# Python: public names\n",
        "Each module's `__all__`. A name here stays for at least one minor release after it is "
        "deprecated; everything else may change.\n",
    ]
    for path in sorted(SOURCE.rglob("*.py")):
        names = _public_names(path)
        if names:
            module = ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts)
            listed = ", ".join(f"`{name}`" for name in names)
            parts.append(f"- `{module}`: {listed}")
    return "\n".join([*parts, ""])


def _public_names(path: Path) -> list[str]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return [str(name) for name in ast.literal_eval(node.value)]
    return []


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
