"""Whole trials simulated in blocks, analysed by every endpoint, and what a design can do."""
