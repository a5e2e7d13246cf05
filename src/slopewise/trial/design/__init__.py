"""The design of a trial as records: who, what, when, how many, compared how, under which effect."""
