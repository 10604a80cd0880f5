"""`commune demo`: private servers, a simulated commune, and the sum that must hold at the end."""
