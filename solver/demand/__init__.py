"""What a stack wants: workloads, load, storage, compliance."""
