"""The kinds of passages that are marked in files, apart from their patterns: to tell them needs only these."""

OTHER_RIGHTS, DELETES, DOWNLOADS, RUNS_TEXT, OUTSIDE = "sudo", "delete", "download", "shell", "outside"

KINDS = {
    OTHER_RIGHTS: "takes other rights",
    DELETES: "deletes",
    DOWNLOADS: "downloads",
    RUNS_TEXT: "runs text as commands",
    OUTSIDE: "reaches outside its folder",
}
"""The kinds of passages, and what each is called before a person."""
