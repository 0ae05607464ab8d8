"""Forges: GitHub and GitLab through their REST interfaces, to keep one comment of a pull request up to date."""
