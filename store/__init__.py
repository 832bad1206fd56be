"""What exists: artifacts, their on-disk formats, repositories, the catalog and the search over it."""
