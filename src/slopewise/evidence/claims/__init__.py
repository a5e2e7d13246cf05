"""Claims made for the therapy, and what can truly be said."""
