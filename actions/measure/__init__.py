"""Measuring: what this machine is, and what a row of numbers says."""
