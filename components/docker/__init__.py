"""The pools of a Docker site: containers on hosts that somebody owns."""
