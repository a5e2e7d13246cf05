"""Words a design file may use: kinds of trial, roles, strategies, analyses, procedures."""

from enum import StrEnum

__all__ = [
    "Analysis",
    "ArmRole",
    "Blinding",
    "Covariance",
    "DegreesOfFreedom",
    "EndpointRole",
    "EnrolmentPattern",
    "Event",
    "ExternalMethod",
    "Intercept",
    "Likelihood",
    "Missing",
    "Procedure",
    "RandomisationMethod",
    "Strategy",
    "SurvivalEvents",
    "TrialKind",
]


class TrialKind(StrEnum):
    """Who is compared with whom."""

    PARALLEL = "parallel"
    PLATFORM = "platform"  # several treatments share the controls; arms may enter and leave
    RANDOMISED_WITHDRAWAL = "randomised-withdrawal"  # all are treated first, then half stop
    DELAYED_START = "delayed-start"  # the controls are treated later
    SINGLE_ARM = "single-arm"  # nobody is randomised; controls come from elsewhere


class Blinding(StrEnum):
    """Who does not know the arm."""

    DOUBLE_BLIND = "double-blind"
    ASSESSOR_BLIND = "assessor-blind"
    OPEN_LABEL = "open-label"


class ArmRole(StrEnum):
    """What an arm is for."""

    TREATMENT = "treatment"
    CONTROL = "control"


class RandomisationMethod(StrEnum):
    """How arms are handed out."""

    PERMUTED_BLOCKS = "permuted-blocks"
    MINIMISATION = "minimisation"
    SIMPLE = "simple"
    NONE = "none"


class EnrolmentPattern(StrEnum):
    """How people arrive at a site."""

    POISSON = "poisson"
    EVEN = "even"


class Event(StrEnum):
    """Intercurrent events: they happen after the start and change what an outcome means."""

    DEATH = "death"
    VENTILATION = "ventilation"  # tracheostomy or permanent ventilation
    NEW_SUPPORT = "new-support"  # non-invasive ventilation, gastrostomy, a new medicine
    STOPS_TREATMENT = "stops-treatment"


class Strategy(StrEnum):
    """The five strategies of ICH E9(R1) (2019), section A.3.2."""

    TREATMENT_POLICY = "treatment-policy"
    HYPOTHETICAL = "hypothetical"
    COMPOSITE = "composite"
    WHILE_ON_TREATMENT = "while-on-treatment"  # for death: while alive
    PRINCIPAL_STRATUM = "principal-stratum"


class EndpointRole(StrEnum):
    """Whether a trial stands or falls with an endpoint."""

    PRIMARY = "primary"
    SECONDARY = "secondary"


class Analysis(StrEnum):
    """Analyses, called as on the command line."""

    SLOPE = "slope"
    MMRM = "mmrm"
    JOINT_RANK = "joint-rank"
    WIN_RATIO = "win-ratio"
    TIME_TO_EVENT = "time-to-event"
    RMST = "rmst"
    JOINT_MODEL = "joint-model"
    RESPONDER = "responder"


class Missing(StrEnum):
    """What is done about scores that are not there."""

    LIKELIHOOD = "likelihood"  # nothing is filled in; valid when missing at random
    MULTIPLE_IMPUTATION = "multiple-imputation"
    JUMP_TO_REFERENCE = "jump-to-reference"
    COPY_REFERENCE = "copy-reference"
    LOCF = "last-observation-carried-forward"
    COMPLETE_CASE = "complete-case"
    ZERO = "zero-imputation"


class SurvivalEvents(StrEnum):
    """What counts as the survival event."""

    DEATH = "death"
    DEATH_OR_VENTILATION = "death-or-ventilation"


class Covariance(StrEnum):
    """Covariance of an MMRM's visits."""

    UNSTRUCTURED = "un"
    TOEPLITZ = "toep"
    AUTOREGRESSIVE = "ar1"
    COMPOUND_SYMMETRY = "cs"


class DegreesOfFreedom(StrEnum):
    """Small-sample method of a mixed model."""

    SATTERTHWAITE = "satterthwaite"
    KENWARD_ROGER = "kenward-roger"


class Intercept(StrEnum):
    """Whether randomised arms start equal."""

    COMMON = "common"
    BY_ARM = "by-arm"


class Likelihood(StrEnum):
    """How a mixed model is fitted."""

    REML = "reml"
    ML = "ml"


class Procedure(StrEnum):
    """How several questions share one chance of a false alarm."""

    NONE = "none"
    FIXED_SEQUENCE = "fixed-sequence"
    BONFERRONI = "bonferroni"
    HOLM = "holm"
    HOCHBERG = "hochberg"
    GRAPHICAL = "graphical"


class ExternalMethod(StrEnum):
    """How an external control group is made comparable."""

    NONE = "none"
    MATCHING = "matching"
    PROPENSITY = "propensity"
