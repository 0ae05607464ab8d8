"""The monitoring pool: what is watched, and what that costs."""
