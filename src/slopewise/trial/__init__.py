"""Designing and monitoring a randomised trial."""
