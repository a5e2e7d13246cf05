"""Simulated trials analysed: answers of every endpoint, decisions, and the truth beside them."""
