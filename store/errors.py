"""The errors a user can meet: each is one sentence that says what, where and what to do next."""


class CkexploreError(Exception):
    """Something the user can understand and act on. `code` is CK's return code and the exit code."""

    code = 1

    @property
    def details(self) -> dict[str, object]:
        """What an answer has beside the sentence; nothing for most."""
        return {}


class NotFoundError(CkexploreError):
    """An artifact, module, repository or action that isn't there (CK's code 16)."""

    code = 16


class ExistsError(CkexploreError):
    """Something that can't be made since it is there already (CK has the code 16 for this as well)."""

    code = 16


class LockedError(CkexploreError):
    """An entry that another process is at (CK's code 32)."""

    code = 32


class InvalidRequestError(CkexploreError):
    """A command or a request that can't be understood."""

    code = 1


class RefusedError(CkexploreError):
    """Something that would execute content nobody approved, or that leaves its folder."""

    code = 2


class UnreadableError(CkexploreError):
    """A file from outside that can't be read as what it claims to be."""

    code = 1


class UnavailableError(CkexploreError):
    """A program, library or service that this machine lacks."""

    code = 1


class FailedError(CkexploreError):
    """A process that ended with an error."""

    code = 1


class CancelledError(CkexploreError):
    """What the user ended with Ctrl-C (the code is the shell's for that)."""

    code = 130
