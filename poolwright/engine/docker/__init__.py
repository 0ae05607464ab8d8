"""The Docker Engine that is there: finding it, and base images for it where no registry can be reached."""
