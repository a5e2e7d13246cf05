"""Simulations that were run on this machine: what was asked, what was found."""
