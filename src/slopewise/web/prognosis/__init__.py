"""The prognosis page: facts in, range out; the curve only after a second step."""
