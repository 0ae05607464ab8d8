"""Everything around the pools: commands, engine, checks, rendering."""
