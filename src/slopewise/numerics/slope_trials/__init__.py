"""The random-slope model in many simulated trials at once."""
