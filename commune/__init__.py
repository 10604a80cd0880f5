"""The composition root: the command line, the settings and the local stack."""
