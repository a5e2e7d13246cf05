"""`slopewise serve`: the web application, on this machine only."""

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from slopewise.cli.options import StoreFile
from slopewise.cli.output import tell
from slopewise.cli.progress import working
from slopewise.errors import InputError

if TYPE_CHECKING:
    from uvicorn import Server

    from slopewise.records.store import Store

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("serve", short_help="Start the web application on this machine.")(serve)


def serve(
    *,
    demo: Annotated[
        bool, typer.Option("--demo", help="Show the simulated demonstration clinic.")
    ] = False,
    port: Annotated[
        int | None,
        typer.Option("--port", min=0, max=65535, help="Port; 0 lets the system choose a free one."),
    ] = None,
    store: StoreFile = None,
) -> None:
    """Start the web application on this machine and print its address; Ctrl-C stops it."""
    from slopewise.settings import load_settings

    settings = load_settings(demo=demo or None, port=port)
    place = store or settings.store_path
    listener = _listen(settings.host, settings.port)
    with working("Starting slopewise"):
        opened = _open(place, demo=settings.demo)
        server = _server(opened, upload_bytes=settings.upload_limit_bytes)
    host, real_port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    if settings.demo:
        tell("The demonstration clinic is SIMULATED: no person stands behind any of its patients.")
    tell(f"slopewise is at http://{shown}:{real_port}/   (Ctrl-C stops it; data: {place})")
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        tell("Stopped; the data are kept.")


def _listen(host: str, port: int) -> socket.socket:
    """Take the port before anything else, so that a taken one is said at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise InputError(
            f"port {port} of {host} cannot be used ({reason}); perhaps slopewise is "
            "running already: open its address, stop it, or give another port, such as --port 0"
        ) from None


def _open(place: Path, *, demo: bool) -> "Store":
    if demo:
        from slopewise.workflow.open_demonstration import open_demonstration

        return open_demonstration(place)
    from slopewise.workflow.store_file import open_or_make

    return open_or_make(place)


def _server(opened: "Store", *, upload_bytes: int) -> "Server":
    import uvicorn

    from slopewise.web.app import create_app
    from slopewise.web.security import WebLimits

    app = create_app(opened, WebLimits(upload_bytes=upload_bytes))
    # No access log: addresses of pages hold patients' identifiers.
    return uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
