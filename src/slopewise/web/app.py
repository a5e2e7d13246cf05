"""The web application: `create_app` puts the store, the guards and the pages together.

Order of the guards, outermost first: headers, error pages, host and origin, size of the body.
A further group of pages is one module with a `router`, added to `_routers`.
"""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from slopewise.web.failures import FailurePages, failure_page
from slopewise.web.imports.staging import StagedUploads
from slopewise.web.jobs import Worker
from slopewise.web.rendering import STATIC_FOLDERS
from slopewise.web.security import BodyLimit, RequestGuard, SecurityHeaders, WebLimits
from slopewise.web.trials.running import simulate_whole
from slopewise.web.warming import make_ready

if TYPE_CHECKING:
    from slopewise.records.store import Store

__all__ = ["create_app"]

_LAST_SECONDS = 5.0  # for a simulation to keep the blocks that are finished


def create_app(store: "Store | None" = None, limits: WebLimits | None = None) -> FastAPI:
    """The application over one store; no interactive API documents, no cookies, no scripts.

    Without a store it works on one in memory, which is gone at the end.
    """
    limits = limits or WebLimits()
    app = FastAPI(
        title="slopewise",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_whole_life,
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(FailurePages),
            Middleware(RequestGuard, allowed_hosts=limits.allowed_hosts),
            Middleware(BodyLimit, limit_bytes=limits.upload_bytes),
        ],
    )
    app.state.limits = limits
    app.state.store = store or _store_in_memory()
    app.state.worker = Worker()
    app.state.simulations = Worker()  # one at a time, beside the assessment of patients
    app.state.simulate = simulate_whole
    app.state.staged = StagedUploads(most=limits.staged_uploads)
    app.add_exception_handler(HTTPException, _expected_failure)
    app.add_exception_handler(RequestValidationError, _expected_failure)
    for router in _routers():
        app.include_router(router)
    for name, folder in STATIC_FOLDERS.items():
        app.mount(f"/static/{name}", StaticFiles(directory=folder), name=f"static-{name}")
    return app


def _routers() -> tuple[APIRouter, ...]:
    from slopewise.web.claims import pages as claims
    from slopewise.web.evidence import downloads as evidence_downloads
    from slopewise.web.evidence import pages as evidence
    from slopewise.web.evidence import studies as evidence_studies
    from slopewise.web.imports import pages as imports
    from slopewise.web.pages import about
    from slopewise.web.patients import outlook
    from slopewise.web.patients import pages as patients
    from slopewise.web.prognosis import pages as prognosis
    from slopewise.web.trials import pages as trials
    from slopewise.web.trials import runs as trial_runs

    return (
        about.router,
        patients.router,
        outlook.router,
        imports.router,
        prognosis.router,
        evidence.router,
        evidence_downloads.router,
        evidence_studies.router,
        claims.router,
        trials.router,
        trial_runs.router,
    )


def _store_in_memory() -> "Store":
    from slopewise.records.store import open_store

    return open_store(None)


@asynccontextmanager
async def _whole_life(app: FastAPI) -> AsyncIterator[None]:
    """Pages are made ready beside the first visit; what waits for a yes is forgotten at the end."""
    stopped = threading.Event()
    threading.Thread(target=make_ready, args=(stopped,), name="warming", daemon=True).start()
    yield
    stopped.set()
    app.state.staged.forget_all()
    app.state.simulations.close(_LAST_SECONDS)


async def _expected_failure(request: Request, error: Exception) -> Response:
    return failure_page(request, error)
