"""The security pool: measures, keys, roles, flows."""
