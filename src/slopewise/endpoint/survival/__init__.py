"""Time to the survival event: curves, tests and hazard ratios of two arms."""
