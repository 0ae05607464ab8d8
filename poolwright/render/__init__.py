"""Text and pages from plain data, by Jinja2 templates."""
