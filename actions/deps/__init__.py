"""Dependencies: which environment meets each, or which software entry or package would, and the stages that make it."""
