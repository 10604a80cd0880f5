"""When the numbers call for a person: rules, hysteresis, offline detection."""
