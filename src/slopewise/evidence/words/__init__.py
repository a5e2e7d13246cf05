"""What reports said in words, and how an answer is said."""
