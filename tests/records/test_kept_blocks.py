"""Finished blocks on disk: whole or not there, of one run only, one writer at a time."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.trial.running.tasks import expected, same_tables

from slopewise.errors import InputError
from slopewise.records.trials.kept_blocks import KeptBlocks

ROOT = Path(__file__).resolve().parents[2]
ABOUT = {"seed": "7", "design": 'name = "A trial"\n', "version": "0.1.0"}
HOLDER = """
import sys
from pathlib import Path
from slopewise.records.trials.kept_blocks import KeptBlocks

with KeptBlocks(Path(sys.argv[1]), "run", {}) as kept:
    print("held", flush=True)
    sys.stdin.read()
"""


def kept_in(folder: Path, key: str = "run") -> KeptBlocks:
    """Blocks 0 to 2, kept and let go of."""
    with KeptBlocks(folder, key, ABOUT) as kept:
        for block, table in expected(3).items():
            kept.keep(block, table)
    return kept


def test_tables_come_back_bit_by_bit(tmp_path: Path) -> None:
    kept = kept_in(tmp_path)
    assert list(kept.finished()) == [0, 1, 2]
    assert not kept.remarks
    assert same_tables({b: kept.read(b) for b in kept.finished()}, expected(3))


def test_the_same_table_gives_the_same_file(tmp_path: Path) -> None:
    files = [kept_in(tmp_path / name).finished()[2] for name in ("one", "two")]
    assert files[0].name == "block-000002.npz"
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_person_can_see_what_is_kept(tmp_path: Path) -> None:
    text = (kept_in(tmp_path).place / "about.json").read_text(encoding="utf-8")
    assert json.loads(text)["key"] == "run"
    assert json.loads(text)["about"] == ABOUT


def test_another_key_has_other_blocks(tmp_path: Path) -> None:
    kept_in(tmp_path)
    assert not KeptBlocks(tmp_path, "other", ABOUT).finished()


def test_no_changed_byte_ever_changes_a_table_in_silence(tmp_path: Path) -> None:
    kept = kept_in(tmp_path)
    path = kept.finished()[2]
    whole = path.read_bytes()
    tables = expected(3)
    told = 0
    for place in range(0, len(whole), 5):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        if 2 in kept.finished():
            assert same_tables({2: kept.read(2)}, {2: tables[2]})
        else:
            told += 1
            assert f"{path} is left out" in kept.remarks[0]
    assert told > len(whole) / 10


@pytest.mark.parametrize("length", [0, 1, 300, -1])
def test_a_cut_file_is_told_and_computed_again(length: int, tmp_path: Path) -> None:
    kept = kept_in(tmp_path)
    path = kept.finished()[1]
    path.write_bytes(path.read_bytes()[:length])
    assert list(kept.finished()) == [0, 2]
    assert "its block is computed again" in kept.remarks[0]
    with pytest.raises(InputError, match="delete it, and its block is computed again"):
        kept.read(1)
    with kept:
        kept.keep(1, expected(3)[1])
    assert list(kept.finished()) == [0, 1, 2]
    assert not kept.remarks


def test_files_of_another_run_or_block_are_told_and_left_out(tmp_path: Path) -> None:
    kept = kept_in(tmp_path)
    other = kept_in(tmp_path, "other")
    kept.finished()[1].write_bytes(other.finished()[1].read_bytes())
    kept.finished()[2].replace(kept.place / "block-000005.npz")
    assert list(kept.finished()) == [0]
    assert "it belongs to block 1 of the run other" in kept.remarks[0]
    assert "it belongs to block 2 of the run run" in kept.remarks[1]


def test_nothing_that_could_run_code_is_loaded(tmp_path: Path) -> None:
    kept = kept_in(tmp_path)
    np.savez(kept.finished()[0], harm=np.array([ABOUT], dtype=object))
    np.save(kept.place / "plain.npy", np.zeros(3))
    (kept.place / "plain.npy").replace(kept.finished()[1])
    (kept.place / "block-x.npz").mkdir()
    assert list(kept.finished()) == [2]
    assert len(kept.remarks) == 3


@pytest.mark.parametrize("column", [np.array(["a"]), np.array([None])])
def test_columns_without_numbers_are_not_kept(column: "np.ndarray", tmp_path: Path) -> None:
    kept = kept_in(tmp_path)
    with pytest.raises(InputError, match="column 'name' cannot be kept"), kept:
        kept.keep(1, {"name": column})
    assert same_tables({1: kept.read(1)}, {1: expected(3)[1]})
    assert not list(kept.place.glob(".*"))


@pytest.mark.parametrize("key", ["", "..", "../other", ".hidden", "a/b", "a b"])
def test_a_key_that_names_no_folder_is_refused(key: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot name a folder"):
        KeptBlocks(tmp_path, key, ABOUT)


def test_leavings_of_a_killed_process_are_taken_away(tmp_path: Path) -> None:
    kept = kept_in(tmp_path)
    left = kept.place / ".block-000007.npz.123.part"
    left.write_bytes(b"half")
    assert list(kept.finished()) == [0, 1, 2]
    with kept:
        assert not left.exists()


def test_one_process_writes_at_a_time_and_others_may_read(tmp_path: Path) -> None:
    kept_in(tmp_path)
    second = KeptBlocks(tmp_path, "run", ABOUT)
    with KeptBlocks(tmp_path, "run", ABOUT):
        with pytest.raises(InputError, match=f"process {os.getpid()} is running this very"):
            second.keep(0, expected(1)[0])
        with pytest.raises(InputError, match="wait for it or end it"):
            second.forget()
        assert list(second.finished()) == [0, 1, 2]
    second.keep(0, expected(1)[0])
    second.close()


def test_a_process_that_is_killed_lets_go(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        kept = KeptBlocks(tmp_path, "run", ABOUT)
        with pytest.raises(InputError, match=f"process {holder.pid} is running"):
            kept.keep(0, expected(1)[0])
        holder.kill()
        holder.wait()
        with kept:
            kept.keep(0, expected(1)[0])
    assert list(kept.finished()) == [0]


def test_forgetting_deletes_what_is_kept_and_nothing_else(tmp_path: Path) -> None:
    kept = kept_in(tmp_path)
    other = kept_in(tmp_path, "other")
    notes = other.place / "notes.txt"
    notes.write_text("mine", encoding="utf-8")
    kept.forget()
    other.forget()
    assert not kept.place.exists()
    assert list(other.place.iterdir()) == [notes]
    assert not kept.finished()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be written"):
        KeptBlocks(tmp_path / "file", "run", ABOUT).keep(0, expected(1)[0])
