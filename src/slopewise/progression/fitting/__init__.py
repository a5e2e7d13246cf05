"""Fitting the joint model to data: maximum, standard errors, posterior, the file of a fit."""
