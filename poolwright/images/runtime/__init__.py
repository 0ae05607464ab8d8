"""What runs inside the containers that templates make; it is copied into each image and imports nothing else."""
