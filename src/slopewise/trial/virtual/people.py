"""Virtual people at their first visit: one draw of natural history a trial, many people in it.

Every trial draws one accepted parameter set, so what is not known of natural history spreads the
results of trials as it should. Within it a person draws a class, function, natural slope and wander
(MODEL: (m(0), r) ~ Σ π_k N(μ_k, Σ_k), w ~ N(0, τ_k²)), and an exponential threshold at which the
cumulative hazard becomes the survival event.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from slopewise.progression.natural_history import NaturalHistory

__all__ = ["People", "World", "draw_people", "draw_world", "world_of", "yearly_decline"]

_TABLES = (
    "mean_level",
    "mean_slope",
    "sd_level",
    "sd_slope",
    "correlation",
    "residual_sd",
    "wander_sd",
)


@dataclass(frozen=True, eq=False, slots=True)
class World:
    """Natural history of each trial: classes, correlation time, hazard (None: nobody dies)."""

    weight: Float[Array, "trials classes"]
    tables: dict[str, Float[Array, "trials classes"]]
    memory: Float[Array, "trials 1"]
    hazard: tuple[Float[Array, "trials 1"], ...] | None  # b, k, α_m, α_s
    reference_value: float

    @property
    def trials(self) -> int:
        """How many."""
        return len(self.weight)

    def take(self, trials: Array) -> "World":
        """Some of the trials, in the given order."""
        return World(
            self.weight[trials],
            {name: table[trials] for name, table in self.tables.items()},
            self.memory[trials],
            None if self.hazard is None else tuple(part[trials] for part in self.hazard),
            self.reference_value,
        )


@dataclass(frozen=True, eq=False, slots=True)
class People:
    """State and traits; `event_month` is months from randomisation, inf for those alive.

    `gain`: how the person's slowing differs from the mean, in standard deviations; `responds`: the
    uniform number below the responder share for those in whom the treatment does anything.
    """

    level: Float[Array, "trials people"]
    slope: Float[Array, "trials people"]
    wander: Float[Array, "trials people"]
    residual_sd: Float[Array, "trials #people"]
    wander_sd: Float[Array, "trials #people"]
    threshold: Float[Array, "trials people"]
    risk: Float[Array, "trials people"]  # cumulative hazard so far
    event_month: Float[Array, "trials people"]
    gain: Float[Array, "trials #people"]
    responds: Float[Array, "trials #people"]
    bulbar: Bool[Array, "trials #people"]

    def take(self, index: Array) -> "People":
        """Some of the people of each trial: one row of places a trial."""
        return self._each(lambda a: a if a.shape[1] == 1 else np.take_along_axis(a, index, axis=1))

    def beside(self, others: "People") -> "People":
        """Both groups of people, in the same trials."""
        width, wide = self.level.shape[1], others.level.shape[1]

        def joined(one: Array, other: Array) -> Array:
            if one.shape[1] == 1 < width or other.shape[1] == 1 < wide:
                one = np.broadcast_to(one, (len(one), width))
                other = np.broadcast_to(other, (len(other), wide))
            return np.concatenate([one, other], axis=1)

        return People(
            **{f.name: joined(getattr(self, f.name), getattr(others, f.name)) for f in fields(self)}
        )

    def _each(self, change: Callable[[Array], Array]) -> "People":
        return replace(self, **{f.name: change(getattr(self, f.name)) for f in fields(self)})


def draw_world(history: NaturalHistory, trials: int, *, generator: np.random.Generator) -> World:
    """One accepted parameter set for each trial."""
    return world_of(history, generator.integers(len(history.parameter_sets), size=trials))


def world_of(history: NaturalHistory, chosen: Int[Array, " trials"]) -> World:
    """The chosen parameter sets, one a trial."""
    sets, hazard = history.parameter_sets, history.hazard
    return World(
        weight=sets.weight[chosen],
        tables={name: getattr(sets, name)[chosen] for name in _TABLES},
        memory=sets.wander_months[chosen],
        hazard=(
            None
            if hazard is None
            else tuple(getattr(hazard, name)[chosen] for name in hazard.array_names())
        ),
        reference_value=0.0 if hazard is None else hazard.reference_value,
    )


def draw_people(
    world: World,
    people: int,
    *,
    generator: np.random.Generator,
    bulbar_share: float | None = None,
    is_varied: bool = False,
) -> People:
    """People at their first visit.

    Traits that have no part in the course come from a stream of their own, and only where they are
    wanted: `bulbar_share` where onset counts, `is_varied` where people respond differently.
    """
    shape = (world.trials, people)
    nothing = np.zeros((world.trials, 1))
    traits = generator.spawn(1)[0]
    of = _class_values(world, people, generator=generator)
    rho, wander_sd = of("correlation"), of("wander_sd")
    first, second = generator.standard_normal((2, *shape))
    event = np.full(shape, np.inf)
    second *= np.sqrt(1.0 - rho**2)
    second += rho * first
    return People(
        level=of("mean_level") + of("sd_level") * first,
        slope=of("mean_slope") + of("sd_slope") * second,
        wander=wander_sd * generator.standard_normal(shape) if wander_sd.any() else np.zeros(shape),
        residual_sd=of("residual_sd"),
        wander_sd=wander_sd,
        threshold=event if world.hazard is None else generator.standard_exponential(shape),
        risk=np.zeros(shape),
        event_month=event,
        bulbar=nothing > 0 if bulbar_share is None else traits.random(shape) < bulbar_share,
        gain=traits.standard_normal(shape) if is_varied else nothing,
        responds=traits.random(shape) if is_varied else nothing,
    )


def _class_values(
    world: World, people: int, *, generator: np.random.Generator
) -> Callable[[str], Float[Array, "trials #people"]]:
    """The values of each person's class; one class needs no draw."""
    trials, classes = world.weight.shape
    if classes == 1:
        return lambda name: world.tables[name]
    edges = np.cumsum(world.weight, axis=1)[:, :-1]
    drawn = generator.random((trials, people))
    place = np.zeros((trials, people), dtype=np.int64)
    for edge in edges.T:
        place += drawn > edge[:, None]
    place += np.arange(trials)[:, None] * classes
    return lambda name: np.take(world.tables[name].reshape(-1), place)


def yearly_decline(world: World, people: People) -> Float[Array, "trials people"]:
    """Expected natural loss a month over the first year: −(r + w M (1 − e^(−12/M)) / 12)."""
    share = world.memory * -np.expm1(-12.0 / world.memory) / 12.0
    return np.asarray(-(people.slope + share * people.wander))
