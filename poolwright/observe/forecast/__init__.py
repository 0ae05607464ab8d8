"""Forecasts: the load of the hours to come, with quantiles, from the hours that were measured."""
