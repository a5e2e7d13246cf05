"""Observed people as records, and the arrays that a fit and a prediction take of them."""
