"""The folder that a program's Python finds the package `ck` in."""
