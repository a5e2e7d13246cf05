"""Tolerances by kind of quantity; a new one needs a reason."""

CLOSED_FORM = 1e-8  # relative, same formula by another road
ITERATED = 1e-6  # relative, both sides iterate to a maximum
QUADRATURE = 1e-6  # absolute, integral by a fine grid
MONTE_CARLO = 3.3  # standard errors: a false alarm in about 1 of 1,000 checks
