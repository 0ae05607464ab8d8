"""The four pools on AWS."""
