"""How many people a trial needs: closed forms, where they exist."""
