"""What outsiders may ask: the HTTP API and the pages."""
