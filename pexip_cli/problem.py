"""The one exception that the command shows to its user."""


class Problem(Exception):
    """What is wrong, and what to do about it, in words for the person who typed the command.

    `code` becomes the exit code.
    """

    def __init__(self, message: str, *, code: int = 1) -> None:
        super().__init__(message)
        self.code = code
