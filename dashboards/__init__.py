"""What is on the wall: Grafana dashboards and alert rules as code, and their publication."""
