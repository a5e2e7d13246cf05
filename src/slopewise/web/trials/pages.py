"""*Trials*: what can be done, the saved designs, and one design built with forms or as a file."""

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from slopewise.errors import RecordError
from slopewise.trial.soundness.design_file import DesignError, DesignFile
from slopewise.web.rendering import page
from slopewise.web.trials.fields import sections
from slopewise.web.trials.forms import (
    DesignFields,
    DesignForm,
    FileFields,
    FileForm,
    TemplateQuery,
)
from slopewise.web.trials.reading import added, removed, tables_of_form
from slopewise.web.trials.showing import ShownDesign, design_page
from slopewise.workflow import saved_designs as saved
from slopewise.workflow.trial_design import design_templates, new_design
from slopewise.workflow.trial_runs import list_runs

__all__ = ["router"]

router = APIRouter()
_FORM, _FILE = "the form", "the text"


@router.get("/trials", summary="Designs of trials, and what came of simulating them")
def show_list(request: Request) -> Response:
    context = {
        "designs": saved.list_designs(),
        "templates": design_templates(),
        "runs": list_runs(),
        "job": request.app.state.simulations.state,
    }
    return page(request, "trials/list.html", context)


@router.get("/trials/new", summary="A new design from a template")
def begin(request: Request, form: TemplateQuery) -> Response:
    text = new_design(form.template)
    read, tables = saved.open_tables(text, file=_FILE)
    return design_page(
        request, ShownDesign(read=read, tables=tables, text=text, template=form.template)
    )


@router.post("/trials/new", summary="Check or save a new design from its fields")
def save_new(request: Request, form: DesignFields) -> Response:
    return _with_fields(request, form, name=None)


@router.post("/trials/new/file", summary="Check or save a new design from its text")
def save_new_file(request: Request, form: FileFields) -> Response:
    return _with_text(request, form, name=None)


@router.get("/trials/{name}", summary="One design: its fields, its file, its words")
def show_one(request: Request, name: str, told: str = "") -> Response:
    text = saved.open_design(name)
    read, tables = saved.open_tables(text, file=f"{name}.toml")
    message = "Saved." if told == "saved" else ""
    return design_page(
        request, ShownDesign(read=read, tables=tables, text=text, name=name, message=message)
    )


@router.post("/trials/{name}", summary="Check or save a design from its fields")
def save_one(request: Request, name: str, form: DesignFields) -> Response:
    saved.design_path(name)
    return _with_fields(request, form, name=name)


@router.post("/trials/{name}/file", summary="Check or save a design from its text")
def save_one_file(request: Request, name: str, form: FileFields) -> Response:
    saved.design_path(name)
    return _with_text(request, form, name=name)


@router.get("/trials/{name}/design.toml", summary="The file of a design")
def download(name: str) -> Response:
    return Response(
        saved.open_design(name),
        media_type="application/toml; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}.toml"'},
    )


def _with_fields(request: Request, form: DesignForm, *, name: str | None) -> Response:
    what, place = form.act
    tables = tables_of_form(form.sent, form.rows)
    if what in ("add", "remove"):
        return _with_rows(request, tables, (what, place), name=name)
    read = saved.read_tables_of_form(tables, file=_FORM)
    if what == "save" and read.design is not None:
        try:
            return _to_design(saved.save_design(name, read.design))
        except RecordError as error:
            read = _refused(read, error)
    message = "" if read.errors else "Nothing is wrong. It is not saved yet."
    return design_page(
        request,
        ShownDesign(read=read, tables=tables, name=name, message=message, is_changed=True),
    )


def _with_rows(
    request: Request, tables: dict[str, Any], act: tuple[str, str], *, name: str | None
) -> Response:
    what, place = act
    touched = added(tables, place) if what == "add" else removed(tables, place)
    read = saved.read_tables_of_form(tables, file=_FORM)
    made, _ = sections(tables)
    known = {section.name: section.heading for section in made}
    message = f"{known.get(touched.split('.')[0], 'The form')}: changed here, not saved yet."
    return design_page(
        request,
        ShownDesign(
            read=read,
            tables=tables,
            name=name,
            touched=touched,
            message=message,
            is_judged=False,
            is_changed=True,
        ),
    )


def _with_text(request: Request, form: FileForm, *, name: str | None) -> Response:
    text = form.text.replace("\r\n", "\n")
    read, tables = saved.open_tables(text, file=_FILE)
    if form.do == "save" and read.design is not None:
        try:
            return _to_design(saved.save_design(name, read.design, text=text))
        except RecordError as error:
            read = _refused(read, error)
    message = "" if read.errors else "Nothing is wrong. It is not saved yet."
    return design_page(
        request,
        ShownDesign(
            read=read, tables=tables, text=text, name=name, message=message, is_changed=True
        ),
    )


def _to_design(name: str) -> Response:
    return RedirectResponse(f"/trials/{name}?told=saved", status_code=303)


def _refused(read: DesignFile, error: RecordError) -> DesignFile:
    """The name is taken: told beside the name, and nothing typed is lost."""
    place = ("trial", "name")
    told = DesignError(read.file, None, "[trial]", "name", "", f"is taken: {error}", place)
    return DesignFile(read.file, None, (told,))
