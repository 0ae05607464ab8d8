"""The stand-in cloud: a resource provider that refuses what AWS refuses."""
