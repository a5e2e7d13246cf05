"""What stands in the address of the evidence page: the view, the studies left out, the method."""

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from slopewise.evidence.pooling.pooled_effect import Method

__all__ = ["METHOD_WORDS", "SynthesisForm", "SynthesisQuery"]

_LONGEST = 100
_MOST = 200
METHOD_WORDS = {
    Method.REML: "restricted maximum likelihood (REML)",
    Method.DL: "DerSimonian and Laird (DL)",
    Method.PM: "Paule and Mandel (PM)",
    Method.ML: "maximum likelihood (ML)",
    Method.EB: "empirical Bayes (EB)",
    Method.SJ: "Sidik and Jonkman (SJ)",
    Method.HE: "Hedges (HE)",
    Method.EE: "equal effects: studies do not differ (EE)",
}


class SynthesisForm(BaseModel):
    """Plain or technical; studies switched off; how studies are pooled."""

    model_config = ConfigDict(extra="ignore", str_max_length=_LONGEST, frozen=True)

    view: Literal["plain", "technical"] = "plain"
    without: Annotated[list[str], Field(max_length=_MOST)] = []
    method: Method = Method.REML
    hartung_knapp: Literal["yes", "no"] = "yes"

    @property
    def is_technical(self) -> bool:
        return self.view == "technical"

    @property
    def left_out(self) -> tuple[str, ...]:
        """The studies switched off, each once; an empty field names none."""
        return tuple(sorted({name for name in self.without if name}))

    def address(self, path: str, *, view: str | None = None, keep_off: bool = True) -> str:
        """The address of a page with these choices; what stands by default is not written."""
        shown = self.view if view is None else view
        pairs = [("view", shown)] if shown != "plain" else []
        pairs += [("without", name) for name in self.left_out] if keep_off else []
        if self.method is not Method.REML:
            pairs.append(("method", self.method.value))
        if self.hartung_knapp != "yes":
            pairs.append(("hartung_knapp", self.hartung_knapp))
        return f"{path}?{urlencode(pairs)}" if pairs else path


SynthesisQuery = Annotated[SynthesisForm, Query()]
