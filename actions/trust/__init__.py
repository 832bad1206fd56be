"""Trust: nothing of a repository is executed before a person, or content we shipped ourselves, approves the plan."""
