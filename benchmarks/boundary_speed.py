"""How long do the bounds of 2 to 5 looks take, beside rpact?"""

from measure import Spent, middle, report, spent
from trial_peers import from_r

from slopewise.trial.boundary import Boundary, boundary
from slopewise.trial.spending import spending_from_text

OURS = {"OF": "classical-of", "P": "classical-pocock", "asOF": "obrien-fleming", "asP": "pocock"}
REPETITIONS, INNER = 9, 5  # one design is near the clock's own step


def bounds(kind: str, looks: int) -> Boundary:
    """What rpact calls a design, with its costs besides."""
    information = [(look + 1) / looks for look in range(looks)]
    if kind == "futility":
        own = spending_from_text("obrien-fleming")
        return boundary(information, own, futility=own)
    return boundary(information, spending_from_text(OURS[kind]))


def main() -> None:
    """Processor time; ours holds the inflation and expected sizes too, rpact's the design alone."""
    peer = from_r("bounds", str(REPETITIONS))
    numbers: dict[str, float] = {}
    ratios = []
    for kind, looks in [(k, n) for k in OURS for n in (2, 3, 4, 5)] + [("futility", 3)]:
        runs = []
        plan = bounds(kind, looks)
        for _ in range(REPETITIONS):
            with spent() as run:
                for _ in range(INNER):
                    plan = bounds(kind, looks)
            runs.append(Spent(run.wall / INNER, run.cpu / INNER))
        name = f"{kind}_{looks}"
        numbers[f"milliseconds_{name}"] = 1e3 * middle(runs).cpu
        if peer:
            theirs = peer[f"{kind} {looks} z"]
            ours = plan.inflation if kind == "futility" else plan.efficacy[-1]
            assert abs(ours - theirs) < 1e-6, (name, ours, theirs)
            ratio = peer[f"{kind} {looks}"] / middle(runs).cpu
            numbers[f"times_faster_than_rpact_{name}"] = ratio
            ratios.append(ratio)
    least = f"at least {min(ratios):.0f} times faster than rpact" if ratios else "rpact not there"
    report("boundary_speed", f"Bounds of 2 to 5 looks: {least}, equal to 1e-6.", numbers)


if __name__ == "__main__":
    main()
