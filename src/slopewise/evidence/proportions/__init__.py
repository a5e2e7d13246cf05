"""Counts of people: one proportion, a rate, and proportions of several studies pooled."""
