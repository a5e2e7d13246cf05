"""The steps by which the store's tables came to be; a published step is never edited."""
