"""*Trials*: the interim looks of a design, its simulation, and what came of it."""

import shlex
from datetime import UTC, datetime
from typing import Literal

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from slopewise.errors import InputError, NotFoundError, RecordError
from slopewise.trial.design.design import Design
from slopewise.web.rendering import page
from slopewise.web.trials.forms import RunFields, RunForm, SizeQuery
from slopewise.web.trials.results import (
    download_of,
    shown_looks,
    shown_result,
    shown_running,
    shown_size,
)
from slopewise.web.trials.running import about_run, begin_run, running_state, stop_run
from slopewise.workflow import saved_designs as saved
from slopewise.workflow import trial_runs

__all__ = ["router"]

router = APIRouter()


@router.get("/trials/{name}/looks", summary="When a design may stop early, and what looking costs")
def show_looks(request: Request, name: str) -> Response:
    return page(request, "trials/looks.html", shown_looks(name, _sound(name)))


@router.get("/trials/{name}/size", summary="How many people a design needs")
def show_size(request: Request, name: str, form: SizeQuery) -> Response:
    _sound(name)
    context = shown_size(saved.design_path(name), power=form.share)
    return page(request, "trials/size.html", context | {"name": name, "power": form.power})


@router.get("/trials/{name}/run", summary="How a design is to be simulated")
def choose_run(request: Request, name: str) -> Response:
    return _run_page(request, name, RunForm(), {})


@router.post("/trials/{name}/run", summary="Begin a simulation")
def start_run(request: Request, name: str, form: RunFields) -> Response:
    design = _sound(name)
    problems = form.problems(design, _scenarios(design, form))
    if problems:
        return _run_page(request, name, form, problems)
    if request.app.state.simulations.state.is_running:
        return _run_page(request, name, form, {"busy": "yes"})
    number = trial_runs.prepare_run(name, design, form.choices(design), now=datetime.now(UTC))
    run = trial_runs.find_run(name, number)
    if run.result is None or run.result.status != "finished":
        begin_run(request, run)
    return RedirectResponse(f"/trials/{about_run(run)}", status_code=303)


@router.get("/trials/{name}/result", summary="The latest simulation of a design")
def latest(name: str) -> Response:
    saved.design_path(name)
    runs = trial_runs.list_runs(name)
    if not runs:
        raise NotFoundError(f"the design {name!r} was not simulated yet; begin with Simulate it")
    return RedirectResponse(f"/trials/{about_run(runs[0])}", status_code=303)


@router.get("/trials/{name}/result/{run}", summary="A simulation: how far it is, or what it found")
def show_run(request: Request, name: str, run: str, refresh: Literal["", "no"] = "") -> Response:
    found = trial_runs.find_run(name, run)
    state = running_state(request, found)
    if state is not None and state.is_running:
        return page(
            request,
            "trials/running.html",
            shown_running(found, state) | {"refreshes": refresh != "no"},
        )
    return page(request, "trials/result.html", shown_result(found, state))


@router.post("/trials/{name}/result/{run}/stop", summary="Stop a simulation; what is done is kept")
def stop(request: Request, name: str, run: str) -> Response:
    found = trial_runs.find_run(name, run)
    stop_run(request, found)
    return RedirectResponse(f"/trials/{about_run(found)}", status_code=303)


@router.post("/trials/{name}/result/{run}/resume", summary="Go on with a stopped simulation")
def resume(request: Request, name: str, run: str) -> Response:
    found = trial_runs.find_run(name, run)
    begin_run(request, found)
    return RedirectResponse(f"/trials/{about_run(found)}", status_code=303)


@router.get("/trials/{name}/result/{run}/{file}", summary="Design, settings, results, report")
def download_run(name: str, run: str, file: str) -> Response:
    text, media_type = download_of(trial_runs.find_run(name, run), file)
    return Response(
        text,
        media_type=f"{media_type}; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}-{file}"'},
    )


def _run_page(request: Request, name: str, form: RunForm, problems: dict[str, str]) -> Response:
    from slopewise.trial.design.effect import scenarios

    design = _sound(name)
    context = {
        "name": name,
        "design": design,
        "form": form,
        "problems": {key: told for key, told in problems.items() if key != "busy"},
        "inputs": form.inputs(design, problems),
        "scenarios": scenarios(design.scenario, design.grid),
        "runs": trial_runs.list_runs(name),
        "job": request.app.state.simulations.state,
        "was_busy": "busy" in problems,
        "command_words": shlex.join(
            ["slopewise", "trial", "simulate", str(saved.design_path(name)), "--replicates", "1000"]
        ),
    }
    status = 200
    if problems:
        status = RecordError.http_status if "busy" in problems else InputError.http_status
    return page(request, "trials/run.html", context, status=status)


def _scenarios(design: Design, form: RunForm) -> int:
    """How many scenarios a run has at most: planned, grid, no effect, and the evidence's."""
    from slopewise.trial.design.effect import scenarios

    grid = len(scenarios(design.scenario, design.grid)) if form.grid == "whole" else 1
    return grid + 2 + (form.assurance == "yes")


def _sound(name: str) -> Design:
    """A saved design that can be used; InputError that says where to mend it."""
    read, _ = saved.open_tables(saved.open_design(name), file=f"{name}.toml")
    if read.design is None:
        raise InputError(f"{read.errors[0]}; open the design and put it right first")
    return read.design
