"""The web application: `create_app` puts the store, the guards and the pages together.

Order of the guards, outermost first: headers, error pages, host and origin, size of the body.
A further group of pages is one module with a `router`, added to `_routers`.
"""

from fastapi import APIRouter, FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from slopewise.web.failures import FailurePages, failure_page
from slopewise.web.rendering import STATIC_FOLDERS
from slopewise.web.security import BodyLimit, RequestGuard, SecurityHeaders, WebLimits

__all__ = ["create_app"]


def create_app(limits: WebLimits | None = None) -> FastAPI:
    """The application over one store; no interactive API documents, no cookies, no scripts."""
    limits = limits or WebLimits()
    app = FastAPI(
        title="slopewise",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(FailurePages),
            Middleware(RequestGuard, allowed_hosts=limits.allowed_hosts),
            Middleware(BodyLimit, limit_bytes=limits.upload_bytes),
        ],
    )
    app.state.limits = limits
    app.add_exception_handler(HTTPException, _http_failure)
    for router in _routers():
        app.include_router(router)
    for name, folder in STATIC_FOLDERS.items():
        app.mount(f"/static/{name}", StaticFiles(directory=folder), name=f"static-{name}")
    return app


def _routers() -> tuple[APIRouter, ...]:
    from slopewise.web.evidence import pages as evidence
    from slopewise.web.pages import about

    return (about.router, evidence.router)


async def _http_failure(request: Request, error: Exception) -> Response:
    return failure_page(request, error)
