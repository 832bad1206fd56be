"""The child processes in which a repository's own Python and shell scripts run, for approved stages of a job."""
