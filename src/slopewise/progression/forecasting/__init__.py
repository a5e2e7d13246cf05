"""Forecasting how fast a person will decline from the first months of observation."""
