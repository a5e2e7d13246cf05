"""Pooling of study effects: random effects, heterogeneity, regression, influence, proportions."""
