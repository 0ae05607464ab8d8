"""The storage pool: buckets, volumes, file systems."""
