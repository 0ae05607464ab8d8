"""The number that processes in containers run under."""

USER = "10001"
"""User and group of every container: nobody on the host, whatever the image says."""
