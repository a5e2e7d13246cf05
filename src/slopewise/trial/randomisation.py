"""Handing out arms: by chance alone, in permuted blocks within strata, by minimisation.

    simple           each person gets arm a with probability r_a / Σ r
    permuted blocks  within a stratum, blocks of s people hold exactly s r_a / Σ r of arm a, in
                     random order; the size of each block is drawn from those allowed
    minimisation     G_a = Σ_factors [max_b (n_fb + 1{a=b}) / r_b − min_b (n_fb + 1{a=b}) / r_b];
                     the arm with the least G is given with probability p, each other with
                     (1 − p) r_a / Σ_others r; equal G are parted by chance in the ratio r

r_a: allocation of arm a; n_fb: people of arm b already in the person's level of factor f. In words:
blocks keep arms equal all the time within each stratum, minimisation keeps them equal over many
factors at once, chance alone does neither. All functions work on many trials at once (trials by
people) and take people in the order in which they come.
References: Pocock & Simon 1975, doi:10.2307/2529712; Han, Enas & McEntegart 2009,
doi:10.1002/sim.3710 (unequal allocation shifts the balance of minimisation: look at `imbalance`).
Status: double (one person at a time).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array

from slopewise.errors import InputError

__all__ = [
    "Balance",
    "draw_levels",
    "imbalance",
    "minimise",
    "permuted_blocks",
    "simple_randomisation",
    "stratum_of",
]

_CLOSE = 1e-9  # two imbalances nearer than this are equal


@dataclass(frozen=True)
class Balance:
    """How unequal the arms are, per trial, in people per unit of allocation."""

    overall: Float[Array, " trials"]  # max over arms of n / r minus min
    within_strata: Float[Array, " trials"]  # the same in the worst stratum


def simple_randomisation(
    shape: tuple[int, int], allocation: Sequence[int], *, generator: np.random.Generator
) -> Int[Array, "trials people"]:
    """Arms by chance alone."""
    ratio = _ratio(allocation)
    return np.asarray(np.searchsorted(np.cumsum(ratio / ratio.sum()), generator.random(shape)))


def permuted_blocks(
    strata: Int[Array, "trials people"],
    allocation: Sequence[int],
    *,
    block_sizes: Sequence[int],
    generator: np.random.Generator,
) -> Int[Array, "trials people"]:
    """Arms in permuted blocks within strata (numbered from 0)."""
    ratio = _ratio(allocation).astype(int)
    whole = int(ratio.sum())
    bad = [size for size in block_sizes if size < whole or size % whole]
    if bad or not block_sizes:
        raise InputError(
            f"block sizes {list(block_sizes)} do not fit the allocation {list(allocation)}; give "
            f"multiples of {whole}"
        )
    is_one = int(strata.max(initial=0)) == 0
    place, largest = (None, strata.shape[1]) if is_one else _place_in_stratum(strata)
    sequences = _block_sequences(
        (len(strata), int(strata.max(initial=0)) + 1),
        ratio,
        np.asarray(block_sizes),
        blocks=-(-largest // min(block_sizes)),
        generator=generator,
    )
    if place is None:
        return np.asarray(sequences[:, 0, :largest])
    return np.asarray(sequences[np.arange(len(strata))[:, None], strata, place])


def minimise(
    levels: Int[Array, "trials people factors"],
    allocation: Sequence[int],
    *,
    best_arm_probability: float = 0.8,
    generator: np.random.Generator,
) -> Int[Array, "trials people"]:
    """Arms by minimisation over factors; levels are numbered from 0."""
    if not 0 <= best_arm_probability <= 1:
        raise InputError(
            f"probability {best_arm_probability:g} of the best arm; give one from 0 to 1"
        )
    ratio = _ratio(allocation)
    trials, people, factors = levels.shape
    arms = len(ratio)
    counts = np.zeros((trials, factors, int(levels.max(initial=0)) + 1, arms))
    rows, columns = np.arange(trials)[:, None], np.arange(factors)[None, :]
    own = np.eye(arms) / ratio
    given = np.zeros((trials, people), dtype=int)
    draws = generator.random((2, people, trials))
    for person in range(people):
        now = counts[rows, columns, levels[:, person]] / ratio  # trials factors arms
        after = now[:, :, None, :] + own  # the last but one: the arm that might be given
        score = (after.max(axis=-1) - after.min(axis=-1)).sum(axis=1)
        best = _chosen(score <= score.min(axis=1, keepdims=True) + _CLOSE, ratio, draws[0, person])
        chance = _chances(best, ratio, best_arm_probability)
        arm = (np.cumsum(chance, axis=1)[:, :-1] < draws[1, person][:, None]).sum(axis=1)
        given[:, person] = arm
        counts[rows, columns, levels[:, person], arm[:, None]] += 1.0
    return given


def imbalance(
    arm: Int[Array, "trials people"],
    strata: Int[Array, "trials people"],
    allocation: Sequence[int],
) -> Balance:
    """How unequal the arms came out, overall and in the worst stratum."""
    ratio = _ratio(allocation)
    number = int(strata.max(initial=0)) + 1
    cell = (np.arange(len(arm))[:, None] * number + strata) * len(ratio) + arm
    counts = np.bincount(cell.ravel(), minlength=len(arm) * number * len(ratio))
    scaled = counts.reshape(len(arm), number, len(ratio)) / ratio
    overall = np.ptp(scaled.sum(axis=1), axis=-1)
    return Balance(overall, np.ptp(scaled, axis=-1).max(axis=-1))


def draw_levels(
    shares: Sequence[Sequence[float]], shape: tuple[int, int], *, generator: np.random.Generator
) -> Int[Array, "trials people factors"]:
    """Levels of each factor by how common they are; factors are drawn independently."""
    drawn = [np.searchsorted(np.cumsum(one)[:-1], generator.random(shape)) for one in shares]
    return np.stack(drawn, axis=-1) if drawn else np.zeros((*shape, 0), dtype=int)


def stratum_of(levels: Int[Array, "trials people factors"]) -> Int[Array, "trials people"]:
    """One number for each combination of levels."""
    sizes = levels.max(axis=(0, 1), initial=0) + 1
    weights = np.cumprod(np.concatenate([[1], sizes[:-1]])) if len(sizes) else np.zeros(0, int)
    return np.asarray((levels * weights).sum(axis=-1), dtype=int)


def _ratio(allocation: Sequence[int]) -> Float[Array, " arms"]:
    if not allocation or any(one < 1 for one in allocation):
        raise InputError(f"allocation {list(allocation)}; give a whole number from 1 for each arm")
    return np.asarray(allocation, dtype=float)


def _place_in_stratum(strata: Int[Array, "trials people"]) -> tuple[Array, int]:
    """How many came before in the same stratum, and the most people of any stratum."""
    order = np.argsort(strata, axis=1, kind="stable")
    in_order = np.take_along_axis(strata, order, axis=1)
    people = np.arange(strata.shape[1])
    is_new = np.ones_like(in_order, dtype=bool)
    is_new[:, 1:] = in_order[:, 1:] != in_order[:, :-1]
    begins = np.maximum.accumulate(np.where(is_new, people, 0), axis=1)
    place = np.zeros_like(strata)
    np.put_along_axis(place, order, people - begins, axis=1)
    return place, int(place.max(initial=0)) + 1


def _block_sequences(
    cells: tuple[int, int],
    ratio: Int[Array, " arms"],
    sizes: Int[Array, " sizes"],
    *,
    blocks: int,
    generator: np.random.Generator,
) -> Int[Array, "trials strata places"]:
    """For each trial and stratum the arms of its blocks, one after another."""
    longest = int(sizes.max())
    drawn = generator.integers(len(sizes), size=(*cells, blocks))
    arms = np.full((len(sizes), longest), -1)
    for i, size in enumerate(sizes):
        arms[i, :size] = np.repeat(np.arange(len(ratio)), ratio * (size // ratio.sum()))
    held = arms[drawn]
    keys = np.where(held >= 0, generator.random(held.shape), 2.0)  # empty places last
    shuffled = np.take_along_axis(held, keys.argsort(axis=-1), axis=-1)
    flat = shuffled.reshape(*cells, -1)
    if len(sizes) == 1:
        return np.asarray(flat, dtype=int)
    filled_first = (flat < 0).argsort(axis=-1, kind="stable")
    return np.asarray(np.take_along_axis(flat, filled_first, axis=-1))


def _chosen(among: Array, ratio: Array, draw: Array) -> Int[Array, " trials"]:
    """One of the marked arms by chance, in the ratio of the allocation."""
    weights = np.cumsum(among * ratio, axis=1)
    return np.asarray((weights[:, :-1] <= draw[:, None] * weights[:, -1:]).sum(axis=1))


def _chances(best: Array, ratio: Array, probability: float) -> Float[Array, "trials arms"]:
    if len(ratio) == 1:
        return np.ones((len(best), 1))
    others = np.where(np.arange(len(ratio)) == best[:, None], 0.0, ratio)
    chance: Array = (1.0 - probability) * others / others.sum(axis=1, keepdims=True)
    chance[np.arange(len(best)), best] = probability
    return chance
