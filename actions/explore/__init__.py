"""Exploring: design spaces, objectives, Pareto fronts, sweeps."""
