"""How a study was designed, in words, and the lane in which its numbers may be compared.

Randomised, externally controlled and single-arm results never mix: a number from one lane is
never averaged with a number from another.
"""

from enum import StrEnum

__all__ = ["Comparison", "DesignClass", "Lane"]


class Lane(StrEnum):
    """The group of studies whose results may be set side by side."""

    RANDOMISED = "randomised"
    EXTERNAL_CONTROL = "external_control"
    SINGLE_ARM = "single_arm"
    NO_RESULT = "no_result"

    @property
    def words(self) -> str:
        return _LANE_WORDS[self]

    @property
    def meaning(self) -> str:
        """What this kind of evidence can carry, for a reader who is not a statistician."""
        return _LANE_MEANING[self]


class DesignClass(StrEnum):
    """The kind of study, as recorded from what was read."""

    RCT_PARALLEL = "rct_parallel"
    RCT_WITHIN_PATIENT = "rct_within_patient"
    MATCHED_EXTERNAL_CONTROL = "matched_external_control"
    NONRANDOMISED_CONTROLLED = "nonrandomised_controlled"
    RETROSPECTIVE_CONTROLLED = "retrospective_controlled"
    SINGLE_ARM_PRE_POST = "single_arm_pre_post"
    DOSE_ESCALATION = "dose_escalation"
    WITHIN_PATIENT_LEG_COMPARISON = "within_patient_leg_comparison"
    CASE_SERIES = "case_series"
    REGISTRY_ONLY = "registry_only"
    NOT_RETRIEVED = "not_retrieved"

    @property
    def words(self) -> str:
        return _DESIGN_WORDS[self][0]

    @property
    def lane(self) -> Lane:
        return _DESIGN_WORDS[self][1]

    @property
    def meaning(self) -> str:
        """What this design can carry: that of its lane, unless the design is narrower."""
        return _DESIGN_MEANING.get(self, self.lane.meaning)


class Comparison(StrEnum):
    """What stands on the two sides of a difference."""

    BETWEEN_ARMS = "between arms"
    BETWEEN_LEGS = "between legs of one patient"
    WITHIN_ONE_ARM = "within one arm"


_LANE_WORDS = {
    Lane.RANDOMISED: "randomised",
    Lane.EXTERNAL_CONTROL: "external or non-randomised control",
    Lane.SINGLE_ARM: "no control group",
    Lane.NO_RESULT: "no result read",
}

_LANE_MEANING = {
    Lane.RANDOMISED: "Chance decided who was treated, so a difference between the arms can be "
    "laid to the treatment, as far as people stayed in and were judged alike.",
    Lane.EXTERNAL_CONTROL: "The comparison group was chosen, not drawn by lot: those treated may "
    "have differed from the start.",
    Lane.SINGLE_ARM: "Nobody untreated was followed alongside: a change after treatment may be "
    "the ordinary wandering of the decline.",
    Lane.NO_RESULT: "Nothing about whether the treatment works could be read.",
}

_DESIGN_MEANING = {
    DesignClass.RCT_WITHIN_PATIENT: "Chance decided which leg was treated: it speaks of that leg, "
    "not of the decline of the whole person.",
    DesignClass.WITHIN_PATIENT_LEG_COMPARISON: "The other leg was the comparison, not drawn by "
    "lot: for the decline of the whole person there is no control.",
}

_DESIGN_WORDS = {
    DesignClass.RCT_PARALLEL: ("randomised, parallel groups", Lane.RANDOMISED),
    DesignClass.RCT_WITHIN_PATIENT: ("randomised within the patient", Lane.RANDOMISED),
    DesignClass.MATCHED_EXTERNAL_CONTROL: ("external control, matched", Lane.EXTERNAL_CONTROL),
    DesignClass.NONRANDOMISED_CONTROLLED: (
        "untreated group, not randomised",
        Lane.EXTERNAL_CONTROL,
    ),
    DesignClass.RETROSPECTIVE_CONTROLLED: ("retrospective comparison", Lane.EXTERNAL_CONTROL),
    DesignClass.SINGLE_ARM_PRE_POST: ("single arm, before and after", Lane.SINGLE_ARM),
    DesignClass.DOSE_ESCALATION: ("single arm, rising doses", Lane.SINGLE_ARM),
    # assumption: an untreated leg, not drawn by lot, is no control for the decline of the person
    DesignClass.WITHIN_PATIENT_LEG_COMPARISON: ("treated leg against the other", Lane.SINGLE_ARM),
    DesignClass.CASE_SERIES: ("case series", Lane.SINGLE_ARM),
    DesignClass.REGISTRY_ONLY: ("registry entry only", Lane.NO_RESULT),
    DesignClass.NOT_RETRIEVED: ("not retrieved", Lane.NO_RESULT),
}
