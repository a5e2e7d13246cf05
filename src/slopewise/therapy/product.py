"""Words for a cell product: where the cells come from, from whom, and how they were tested.

The sources are those of the published studies of cell therapy in ALS. "not documented" is an answer
in its own right: a result without it cannot be compared with another product's.
"""

from slopewise.errors import InputError

__all__ = [
    "CELL_SOURCES",
    "DONORS",
    "RELEASE_TESTS",
    "cell_source",
    "check_donor",
    "check_viability",
]

# name: other ways to write it, lower case
CELL_SOURCES: dict[str, tuple[str, ...]] = {
    "adipose": ("adipose tissue", "adipose-derived", "fat", "ad-msc", "asc"),
    "bone marrow": ("bone-marrow", "marrow", "bm", "bm-msc", "bone marrow-derived"),
    "Wharton's jelly": ("wharton's jelly", "wharton jelly", "whartons jelly", "wj", "wj-msc"),
    "umbilical cord": ("cord", "uc", "uc-msc"),
    "umbilical cord blood": ("cord blood",),
    "placenta": ("amnion", "amniotic membrane"),
    "dental pulp": (),
    "peripheral blood": ("pbmc", "peripheral blood (g-csf mobilised)"),
    "olfactory ensheathing": ("olfactory mucosa", "olfactory bulb"),
    "fetal spinal cord": ("foetal spinal cord",),
    "fetal brain": ("foetal brain",),
    "embryonic stem cell line": ("embryonic",),
    "induced pluripotent stem cell line": ("ipsc", "ips"),
}

DONORS = ("autologous", "allogeneic", "not documented")

# Tests of a release certificate, as in doi:10.1007/s12015-020-10015-8 Table 1; the identity markers
# CD73, CD90, CD105 are those of Dominici et al. 2006, doi:10.1080/14653240600855905
RELEASE_TESTS = (
    "appearance",
    "identity markers",
    "purity markers",
    "cell count",
    "viability",
    "potency",
    "sterility",
    "mycoplasma",
    "endotoxin",
    "karyotype",
)


def cell_source(text: str) -> str:
    """The usual name of a cell source; text that is not recognised is returned as it was given."""
    wanted = " ".join(text.replace("\u2019", "'").lower().split())
    for name, others in CELL_SOURCES.items():
        if wanted == name.lower() or wanted in others:
            return name
    return text.strip()


def check_donor(donor: str) -> None:
    """Refuse a donor that is neither the patient nor somebody else nor undocumented."""
    if donor not in DONORS:
        raise InputError(
            f"donor {donor!r} is not known; write autologous (the patient), allogeneic (somebody "
            'else) or "not documented"'
        )


def check_viability(viability_percent: float | None) -> None:
    """Refuse a share of living cells outside 0..100 percent; None = not documented."""
    if viability_percent is not None and not 0 <= viability_percent <= 100:
        raise InputError(
            f"viability {viability_percent} percent; it runs from 0 to 100, so correct it (a "
            "fraction such as 0.93 is written 93) or leave it empty"
        )
