"""Forges: GitHub and GitLab through their REST interfaces: one comment or issue kept up to date, and who approved."""
