# Demand, lock and waivers: code 2 for a mistake in a file, 4 for a lock of other files, 5 for a waiver that has ended.
poolwright plan "$STACK" --check
