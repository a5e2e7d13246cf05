"""Trial registrations: facts about each, with the date on which its status was read."""
