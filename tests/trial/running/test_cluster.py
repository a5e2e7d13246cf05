"""Blocks on a real Dask cluster of separate processes: nothing lost, nothing mixed."""

import re
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from numpy import ndarray as Array
from tests.local_server import serving
from tests.trial.running import tasks
from tests.trial.running.dask_cluster import Cluster, a_cluster

from slopewise.errors import InputError
from slopewise.trial.running import cluster as engine
from slopewise.trial.running.block import RunStatus
from slopewise.trial.running.cluster import run_blocks_on_cluster

Tables = dict[int, dict[str, Array]]

pytest.importorskip("distributed", reason="dask is not installed: pip install 'slopewise[cluster]'")


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with a_cluster(tmp_path_factory.mktemp("cluster"), workers=2) as cluster:
        yield cluster


def ignored(block: int, table: dict[str, Array]) -> None:
    """A table nobody wants."""


def test_tables_are_those_of_this_machine(two_workers: Cluster) -> None:
    got: Tables = {}
    end = run_blocks_on_cluster(
        tasks.Draws(), range(12), address=two_workers.address, done=got.__setitem__
    )
    assert end.status is RunStatus.FINISHED
    assert end.finished == tuple(range(12))
    assert tasks.same_tables(got, tasks.expected(12))


def test_an_error_of_the_task_travels_up_with_the_number_of_its_block(two_workers: Cluster) -> None:
    with pytest.raises(InputError, match="the dose is negative") as raised:
        run_blocks_on_cluster(tasks.Failing(4), range(8), address=two_workers.address, done=ignored)
    assert raised.value.__notes__[0] == "in block 4 of the simulation"


def test_a_stopped_run_tells_what_is_missing(two_workers: Cluster, tmp_path: Path) -> None:
    got: Tables = {}
    stop = threading.Event()

    def done(block: int, table: dict[str, Array]) -> None:
        got[block] = table
        stop.set()

    task = tasks.Slow(str(tmp_path), seconds=0.05)
    address = two_workers.address
    end = run_blocks_on_cluster(task, range(40), address=address, done=done, stop=stop)
    assert end.status is RunStatus.STOPPED
    assert set(end.finished) == set(got)
    assert [m.block for m in end.missing] == [b for b in range(40) if b not in got]


def test_a_killed_worker_loses_nothing(two_workers: Cluster, tmp_path: Path) -> None:
    two_workers.wait_for_workers(2)
    killed = []
    got: Tables = {}

    def done(block: int, table: dict[str, Array]) -> None:
        got[block] = table
        working = {int(path.name.split("-")[2]) for path in tmp_path.glob("begun-*")}
        pair = [worker for worker in two_workers.workers if worker.pid in working]
        if len(pair) == 2 and not killed:
            killed.append(len(got))
            pair[0].kill()

    task = tasks.Slow(str(tmp_path), seconds=0.1)
    end = run_blocks_on_cluster(task, range(30), address=two_workers.address, done=done)
    assert killed, two_workers.said()
    assert killed[0] < 25
    assert end.status is RunStatus.FINISHED, two_workers.said()
    assert tasks.same_tables(got, tasks.expected(30))


def test_a_cluster_that_goes_away_leaves_what_was_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SECONDS_WITHOUT_WORKERS", 0.5)
    monkeypatch.setattr(engine, "SECONDS_BETWEEN_COUNTS", 0.1)
    with a_cluster(tmp_path, workers=1) as cluster:

        def done(block: int, table: dict[str, Array]) -> None:
            cluster.workers[0].kill()

        task = tasks.Slow(str(tmp_path), seconds=0.05)
        end = run_blocks_on_cluster(task, range(20), address=cluster.address, done=done)
    assert end.status is RunStatus.INCOMPLETE
    assert 0 in end.finished
    assert {m.reason for m in end.missing} == {"the cluster has had no workers for 0.5 s"}


def test_a_lost_scheduler_leaves_what_was_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_cluster(tmp_path, workers=1) as cluster:
        monkeypatch.setattr(engine, "SECONDS_BETWEEN_COUNTS", 0.1)

        def done(block: int, table: dict[str, Array]) -> None:
            assert cluster.scheduler is not None
            cluster.scheduler.kill()

        monkeypatch.setattr(engine, "SECONDS_TO_CONNECT", 3.0)  # and to connect again
        task = tasks.Slow(str(tmp_path), seconds=0.05)
        end = run_blocks_on_cluster(task, range(20), address=cluster.address, done=done)
    assert end.status is RunStatus.INCOMPLETE
    assert 0 in end.finished
    assert {m.reason for m in end.missing} == {"the scheduler of the cluster was lost"}


def test_workers_that_are_missing_or_have_other_packages_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_cluster(tmp_path, workers=0) as cluster:
        monkeypatch.setattr(engine, "SECONDS_FOR_WORKERS", 0.3)
        with pytest.raises(InputError, match="has no workers; start some with `dask worker tcp:"):
            run_blocks_on_cluster(tasks.Draws(), [0], address=cluster.address, done=ignored)
        cluster.add_worker("sys.modules['slopewise'] = None")
        cluster.add_worker("import slopewise.version as v; v.VERSION = '0.0.1'")
        cluster.wait_for_workers(2)
        with pytest.raises(InputError, match="Install slopewise") as raised:
            run_blocks_on_cluster(tasks.Draws(), [0], address=cluster.address, done=ignored)
    assert re.search(r"worker tcp://127\.0\.0\.1:\d+ has no slopewise", str(raised.value))
    assert re.search(r"worker tcp://\S+ has slopewise 0\.0\.1 in place of", str(raised.value))


def test_a_worker_that_joins_late_is_looked_at_too() -> None:
    other = {"slopewise": "0.0.1", "numpy": "1", "scipy": "1"}
    answer = engine.compute_on_worker(b"", 0, other)
    assert isinstance(answer, engine.Failed)
    assert "in place of 0.0.1" in str(answer.error)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense", "tcp://nobody.invalid:1"])
def test_an_address_where_nobody_answers_is_told(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SECONDS_TO_CONNECT", 0.3)
    with pytest.raises(InputError, match=f"no Dask scheduler answers at {address}"):
        run_blocks_on_cluster(tasks.Draws(), [0], address=address, done=ignored)


def test_an_address_where_something_else_answers_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "SECONDS_TO_CONNECT", 0.3)
    with serving({}) as page:
        address = page.replace("http", "tcp")
        with pytest.raises(InputError, match="no Dask scheduler answers"):
            run_blocks_on_cluster(tasks.Draws(), [0], address=address, done=ignored)


def test_a_missing_extra_is_told_with_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'slopewise\[cluster\]'"):
        run_blocks_on_cluster(tasks.Draws(), [0], address="tcp://127.0.0.1:1", done=ignored)
