"""How long does the evidence page take: the first time, warm, and when a study is switched off?

`first_plain` is asked as soon as the server answers, while it makes its pages ready; the others
after it has.
"""

import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from measure import report
from page_speed import address_of, milliseconds

PAGES = {
    "warm_plain": "evidence",
    "warm_technical": "evidence?view=technical",
    "warm_without_one": "evidence?without=siwek_barczewska_interim",
    "warm_study": "evidence/oh_2018",
    "warm_claims": "claims",
    "warm_claim": "claims/slows_progression",
}
READY = 8.0  # s, ample for what the server makes ready after its start
THEN = {
    "then_plain": "evidence",
    "then_without_one": "evidence?without=gotkine_2023",
    "then_technical": "evidence?view=technical",
    "then_claims": "claims",
}


def once(address: str) -> float:
    """Milliseconds of one request, nothing asked of that page before."""
    started = time.perf_counter()
    with urllib.request.urlopen(address, timeout=120) as answer:
        answer.read()
    return 1000 * (time.perf_counter() - started)


def measured(store: Path) -> dict[str, float]:
    """A fresh server on an empty store: first answers, then medians of ten."""
    command = [sys.executable, "-m", "slopewise", "serve", "--port", "0", "--store", str(store)]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        address = address_of(server)
        numbers = {"milliseconds_first_plain": once(address + "evidence")}
        time.sleep(READY)
        numbers |= {f"milliseconds_{name}": once(address + path) for name, path in THEN.items()}
        return numbers | {
            f"milliseconds_{name}": milliseconds(address + path) for name, path in PAGES.items()
        }
    finally:
        server.terminate()
        server.wait()


def main() -> None:
    """Print and keep the numbers."""
    with tempfile.TemporaryDirectory() as name:
        numbers = measured(Path(name) / "empty.sqlite")
    report(
        "evidence_page_speed",
        f"The evidence page takes {numbers['milliseconds_warm_plain']:.0f} ms warm.",
        numbers,
    )


if __name__ == "__main__":
    main()
