"""Tables of a randomised trial (CSV, CDISC ADaM) to the record that the endpoints analyse."""
