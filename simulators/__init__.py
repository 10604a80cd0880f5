"""What the world could send: weather, people, radio waves, lamps, faults; and the truth about what was sent."""
