"""*Import*: upload, look at every finding, then import or cancel. Nothing is kept before."""

import tempfile
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from slopewise.errors import InputError, SlopewiseError
from slopewise.records.importers.report import ImportReport
from slopewise.records.store import Store
from slopewise.report.import_findings import import_sentence, shown_findings
from slopewise.web.imports.staging import ImportChoices, StagedUpload, save_files
from slopewise.web.rendering import page
from slopewise.workflow.import_records import FileFormat, import_records, try_import

__all__ = ["router"]

router = APIRouter()
_FORMATS: tuple[FileFormat, ...] = ("auto", "csv", "proact")
_IMPORTED_BY = "web application"


@router.get("/import", summary="Choose files to import")
def show_form(request: Request) -> Response:
    limit = request.app.state.limits.upload_bytes // 1_000_000
    return page(request, "imports/upload.html", {"limit_megabytes": limit})


@router.post("/import", summary="Check the files; keeps nothing")
async def upload(request: Request) -> Response:
    limits = request.app.state.limits
    async with request.form(max_files=limits.upload_files + 1, max_fields=10) as form:
        choices = _choices(form)
        folder = tempfile.TemporaryDirectory(prefix="slopewise-upload-")
        files = [file for file in form.getlist("files") if isinstance(file, UploadFile)]
        try:
            path = await save_files(files, Path(folder.name), most=limits.upload_files)
            report = await run_in_threadpool(
                partial(_preview, request.app.state.store, path, choices)
            )
        except SlopewiseError:
            folder.cleanup()
            raise
    token = request.app.state.staged.keep(StagedUpload(folder, path, choices, report))
    return RedirectResponse(f"/import/{token}", status_code=303)


@router.get("/import/{token}", summary="What was found in the files")
def show_findings(request: Request, token: str) -> Response:
    waiting = request.app.state.staged.look(token)
    context = {
        "token": token,
        "report": waiting.report,
        "sentence": import_sentence(waiting.report, is_preview=True),
        "groups": shown_findings(waiting.report),
        "is_refused": waiting.report.status == "refused",
    }
    return page(request, "imports/findings.html", context)


@router.post("/import/{token}/confirm", summary="Import what is right")
def confirm(request: Request, token: str) -> Response:
    waiting = request.app.state.staged.take(token)
    with waiting.folder:
        report = import_records(
            request.app.state.store,
            waiting.path,
            file_format=waiting.choices.file_format,
            strict=waiting.choices.strict,
            now=datetime.now(UTC),
            imported_by=_IMPORTED_BY,
        )
    context = {
        "report": report,
        "sentence": import_sentence(report, is_preview=False),
        "groups": shown_findings(report),
    }
    return page(request, "imports/done.html", context)


@router.post("/import/{token}/cancel", summary="Forget the files")
def cancel(request: Request, token: str) -> Response:
    request.app.state.staged.take(token).folder.cleanup()
    return page(request, "imports/cancelled.html", {})


def _choices(form: FormData) -> ImportChoices:
    said = form.get("format", "auto")
    for file_format in _FORMATS:
        if said == file_format:
            return ImportChoices(file_format, strict=form.get("strict") == "yes")
    raise InputError("the layout of the files is not known; choose one of the page's three")


def _preview(store: Store, path: Path, choices: ImportChoices) -> ImportReport:
    """What the import would find; a message names the upload, not where it lies on this machine."""
    try:
        return try_import(
            store,
            path,
            file_format=choices.file_format,
            strict=choices.strict,
            now=datetime.now(UTC),
        )
    except InputError as error:
        folder = path if path.is_dir() else path.parent
        told = str(error).replace(f"{folder}/", "").replace(str(folder), "the upload")
        told = told.replace(folder.name, "the upload")
        raise type(error)(told) from None
