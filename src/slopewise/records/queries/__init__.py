"""Tables to domain records: the only place with SELECT."""
