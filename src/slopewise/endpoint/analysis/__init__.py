"""From the record of one trial to the answer of each endpoint, all in one form."""
