"""The joint model of markers and survival: its density, maximum, posterior and forecasts."""
