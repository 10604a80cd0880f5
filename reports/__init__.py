"""What the numbers mean to the commune: coverage, plan targets, air quality, energy, and the documents."""
