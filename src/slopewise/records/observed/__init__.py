"""Records and plain tables of other studies, as the patients that a model takes."""
