"""Container images: made from templates and an app's files, built by a Docker Engine, named by digest in the lock."""
