"""The way in, and the page on what the words mean and what the program is not for."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from slopewise.report.glossary import ANSWERS, GLOSSARY
from slopewise.web.rendering import page

__all__ = ["router"]

router = APIRouter()


@router.get("/", summary="The way in")
def home() -> Response:
    return RedirectResponse("/patients", status_code=303)


@router.get("/help", summary="Help and limits")
def show_help(request: Request) -> Response:
    return page(request, "pages/help.html", {"answers": ANSWERS, "words": GLOSSARY})
