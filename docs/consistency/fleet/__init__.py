"""Simulates a fleet of instances that pick up a changed document at different times, and its users' journeys."""
