"""The security pool, the security groups, and their parts."""
