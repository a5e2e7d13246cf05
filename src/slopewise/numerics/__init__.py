"""Numerical tools that know nothing of ALS."""
