"""What AWS refuses, one module for each service."""
