"""Every person against every other: exact counts of who did better."""
