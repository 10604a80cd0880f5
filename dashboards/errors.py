"""What can go wrong with dashboards."""


class DashboardError(Exception):
    """A dashboard cannot be made, written or published; the message says which and why."""


class GrafanaRefused(DashboardError):
    """A Grafana is not to be reached, or answered that it will not do what was asked."""
