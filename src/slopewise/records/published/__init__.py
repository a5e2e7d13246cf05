"""Published evidence brought in from files and servers, and the folder that keeps it."""
