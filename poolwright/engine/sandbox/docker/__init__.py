"""The sandbox's plugin for docker: it drives the Docker Engine that is there, so that containers really run."""
