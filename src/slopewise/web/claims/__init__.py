"""Claims made for the therapy, checked one by one; and a text checked for them."""
