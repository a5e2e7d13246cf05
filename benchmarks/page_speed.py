"""How long does a page take to come, warm?"""

import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from measure import report

REPEATS = 10
PAGES = {
    "patients": "patients",
    "patient": "patients/1",
    "import": "import",
    "evidence": "evidence",
    "study": "evidence/oh_2018",
}


def address_of(server: "subprocess.Popen[str]") -> str:
    """The address that the server prints when it is ready."""
    assert server.stderr is not None
    for line in server.stderr:
        for word in line.split():
            if word.startswith("http://"):
                return word
    raise RuntimeError("the server ended before it printed its address")


def milliseconds(address: str) -> float:
    """Median over repeats, after the page has come once."""
    found = []
    for _ in range(REPEATS + 1):
        started = time.perf_counter()
        with urllib.request.urlopen(address, timeout=60) as answer:
            answer.read()
        found.append(1000 * (time.perf_counter() - started))
    return sorted(found[1:])[REPEATS // 2]


def main() -> None:
    """Every page of a real server on the demonstration clinic."""
    from slopewise.workflow.assess_patients import assess_store
    from slopewise.workflow.open_demonstration import open_demonstration

    with tempfile.TemporaryDirectory() as name:
        place = Path(name) / "demonstration.sqlite"
        store = open_demonstration(place)
        assess_store(store)
        store.close()
        command = [sys.executable, "-m", "slopewise", "serve", "--port", "0", "--store", str(place)]
        server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        try:
            address = address_of(server)
            numbers = {
                f"milliseconds_{page}": milliseconds(address + path) for page, path in PAGES.items()
            }
        finally:
            server.terminate()
            server.wait()
    report(
        "page_speed",
        f"One patient's page takes {numbers['milliseconds_patient']:.0f} ms warm.",
        numbers,
    )


if __name__ == "__main__":
    main()
