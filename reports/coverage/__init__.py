"""Coverage of mobile networks: from single samples to a figure with its bounds, its verdict and its reason."""
