"""Telling results: charts as terminal cells and as SVG, tables, quantities with their units."""
