"""Fits of the progression model and predictions from them: text and JSON."""
