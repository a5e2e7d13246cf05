"""A prognosis in words, numbers and a curve: the range first, the curve only when asked for."""
