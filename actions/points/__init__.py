"""Points of experiments as data: a table of columns, expressions over its rows, files to read and write."""
