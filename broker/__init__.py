"""What the MQTT broker is told: sessions, acknowledgements, accounts and access rules."""
