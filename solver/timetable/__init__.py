"""Timetables: plain instances of capacity planning hour by hour, and answers to them, without files."""
