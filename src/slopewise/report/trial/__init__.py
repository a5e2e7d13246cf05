"""What the trial door says: bounds, analyses of a trial, designs and their properties."""
