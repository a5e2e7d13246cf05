"""Running the independent blocks of a simulation: here, on several processes, or on a cluster."""
