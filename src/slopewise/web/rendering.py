"""Templates: one environment, escaping on, undefined names refused, numbers formatted by report."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from slopewise.report import numbers
from slopewise.version import VERSION

__all__ = ["NAVIGATION", "STATIC_FOLDERS", "environment", "page"]

NAVIGATION = (
    ("/patients", "Patients"),
    ("/import", "Import"),
    ("/prognosis", "Prognosis"),
    ("/evidence", "Evidence"),
    ("/claims", "Claims"),
    ("/trials", "Trials"),
    ("/help", "Help"),
)
_WEB = Path(__file__).parent
_REPORT = Path(numbers.__file__).parent
STATIC_FOLDERS = {"report": _REPORT / "static", "web": _WEB / "static"}


def page(
    request: Request, template: str, context: Mapping[str, object], *, status: int = 200
) -> HTMLResponse:
    """A whole page from a template below web/templates, with the navigation it belongs to."""
    path = request.url.path
    current = next((address for address, _ in NAVIGATION if path.startswith(address)), None)
    html = environment().get_template(template).render(context, current_page=current)
    return HTMLResponse(html, status_code=status)


@cache
def environment() -> Environment:
    """The template environment; templates of report are shared with the HTML report."""
    made = Environment(
        loader=ChoiceLoader(
            [FileSystemLoader(_WEB / "templates"), FileSystemLoader(_REPORT / "templates")]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals["navigation"] = NAVIGATION
    made.globals["version"] = VERSION
    for name in numbers.__all__:
        if name != "NOT_AVAILABLE":
            made.filters[name] = getattr(numbers, name)
    made.filters["lower_first"] = _lower_first
    made.filters["upper_first"] = _upper_first
    return made


def _lower_first(text: str) -> str:
    """The words inside a sentence; an abbreviation keeps its capitals."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def _upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]
