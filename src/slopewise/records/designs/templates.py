"""Templates of designs: commented files to begin with."""

from dataclasses import dataclass
from importlib.resources import files

from slopewise.errors import NotFoundError

__all__ = ["DEFAULT_TEMPLATE", "TEMPLATES", "Template", "template_text"]

FOLDER = "templates"


@dataclass(frozen=True, slots=True)
class Template:
    """A template and what it is for."""

    name: str
    purpose: str


TEMPLATES: tuple[Template, ...] = (
    Template("two-arm", "fixed size, 300 people, monthly for 12 months: the demonstration"),
    Template("group-sequential", "the same question with interim looks that may stop early"),
    Template("three-arm-dose", "two doses against a shared control"),
    Template("platform", "several products share one control arm; arms enter later"),
    Template("randomised-withdrawal", "all are treated, then half stop: does it keep working?"),
    Template("delayed-start", "everybody is treated in the end; half wait six months"),
    Template("single-arm", "no randomised controls, and the bias this buys"),
)
DEFAULT_TEMPLATE = TEMPLATES[0].name


def template_text(name: str) -> str:
    """The text of a template; NotFoundError names those there are."""
    if name not in {template.name for template in TEMPLATES}:
        known = ", ".join(template.name for template in TEMPLATES)
        raise NotFoundError(f"there is no template {name!r}; choose one of {known}")
    place = files("slopewise.records.designs") / FOLDER / f"{name.replace('-', '_')}.toml"
    return place.read_text("utf-8")
