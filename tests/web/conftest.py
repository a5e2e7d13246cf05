"""A small simulated clinic in a store in memory, assessed once for the pages that only look."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI
from tests.web.client import Client, few_demonstration_patients

from slopewise.records.store import open_store
from slopewise.web.app import create_app
from slopewise.web.security import WebLimits
from slopewise.workflow.assess_patients import assess_store
from slopewise.workflow.import_records import import_records

FEW = {"DEMO-001", "DEMO-002", "DEMO-014"}


@pytest.fixture(scope="package")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    store = open_store(None)
    folder: Path = few_demonstration_patients(tmp_path_factory.mktemp("clinic"), FEW)
    import_records(store, folder, now=datetime(2027, 1, 1, tzinfo=UTC))
    assess_store(store)
    return create_app(store)


@pytest.fixture(scope="package")
def client(clinic: FastAPI) -> Client:
    """Looks at the small clinic; tests with it change nothing."""
    return Client(clinic)


@pytest.fixture
def make_client() -> Iterator[Callable[[WebLimits], Client]]:
    """Makes applications of their own with nothing in them, and tidies up after them."""
    made: list[Client] = []

    def make(limits: WebLimits) -> Client:
        made.append(Client(create_app(limits=limits)))
        return made[-1]

    yield make
    for client in made:
        client.app.state.staged.forget_all()
        client.app.state.store.close()


@pytest.fixture
def empty(make_client: Callable[[WebLimits], Client]) -> Client:
    """An application of its own with nothing in it."""
    return make_client(WebLimits())
