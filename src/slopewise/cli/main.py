"""The `slopewise` command: every group is one file of this folder; heavy imports wait until used.

Exit codes: 0 ok, 1 something given is wrong, 2 the command is misused, 3 a method did not converge,
130 stopped with Ctrl-C.
"""

import io
import os
import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer

from slopewise.cli import (
    assess,
    calibrate,
    evidence,
    export,
    fit,
    import_records,
    predict,
    prognosis,
    serve,
    stage,
    trial,
)
from slopewise.cli.output import answer, tell
from slopewise.errors import SlopewiseError
from slopewise.version import VERSION

__all__ = ["app", "main", "run"]

STOPPED = 130
RESEARCH_ONLY = "Research use only: not a medical device, and no advice on treatment."

app = typer.Typer(
    name="slopewise",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=RESEARCH_ONLY,
)
for module in (
    *(import_records, assess, stage, prognosis, fit, predict),
    *(evidence, trial, serve, export, calibrate),
):
    module.register(app)


def _show_version(wanted: bool | None) -> None:  # noqa: FBT001 (the shape Typer asks for)
    if wanted:
        answer(f"slopewise {VERSION}")
        raise typer.Exit


@app.callback()
def options(
    *,
    version: Annotated[
        bool | None,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and stop."
        ),
    ] = None,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show where in the program a failure happened.")
    ] = False,
) -> None:
    """Says honestly whether a cell therapy slowed the decline of a person with ALS."""


def main() -> None:
    """Run the command line and end the process with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without θ or – shows "?" instead
    # the matrices are small: further threads of one process only wait for each other (measured:
    # 120 patients in 6.9 s instead of 16.6 s on two cores)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command; every failure becomes a sentence on the error stream and an exit code."""
    try:
        app(args=arguments, prog_name="slopewise")
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
        if code == STOPPED:
            tell("Stopped.")
        return code
    except SlopewiseError as error:
        tell(f"slopewise: {error}")
        return error.exit_code
    except (OSError, MemoryError) as error:
        tell(f"slopewise: {_machine_refused(error)}")
        return 1
    except Exception as error:  # the one place where an unforeseen failure becomes a sentence
        _tell_unforeseen(error, debug="--debug" in arguments)
        return 1
    return 0


def _machine_refused(error: OSError | MemoryError) -> str:
    if isinstance(error, MemoryError):
        return "the machine has not enough memory for this; give fewer patients at once"
    what = f"{error.filename}: " if error.filename else ""
    return f"{what}{error.strerror or error}; check the path, its permissions and the free space"


def _tell_unforeseen(error: Exception, *, debug: bool) -> None:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
    tell(
        f"slopewise: something went wrong inside the program; reference: {place}, "
        f"version {VERSION}. Nothing was changed half-way. Report the reference; "
        "`slopewise --debug ...` shows more."
    )
    if debug:
        tell("".join(traceback.format_exception(error)))
