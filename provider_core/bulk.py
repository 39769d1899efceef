"""Many objects of one type in few requests: an optional capability of a backend."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar, runtime_checkable

from provider_core import errors
from provider_core.backend import Backend

__all__ = ["MOST", "Bulk", "Change", "New", "bulk_of", "halve", "parts"]

MOST = 500
"""Objects in one bulk request: one that is refused is halved, and a server works on it for a second or two."""

T = TypeVar("T")
R = TypeVar("R")


class New(NamedTuple):
    """An object to create: its JSON and its unique natural key."""

    body: Mapping[str, Any]
    key: Mapping[str, Any]


class Change(NamedTuple):
    """Changes to an existing object."""

    id: str
    body: Mapping[str, Any]


@runtime_checkable
class Bulk(Protocol):
    """What a backend may offer. Each method returns one outcome for each object, in order, and raises nothing.

    Without it the objects go one at a time, through the methods of `Backend`.
    """

    def create_all(self, path: str, news: Sequence[New]) -> list[str | errors.ProviderError]:
        """The id of each new object, or why there is none; `AnswerLost` where that is not known."""

    def update_all(self, path: str, changes: Sequence[Change]) -> list[errors.ProviderError | None]:
        """Change objects."""

    def delete_all(self, path: str, ids: Sequence[str]) -> list[errors.ProviderError | None]:
        """Delete objects; one that is gone already is a success."""


class _OneByOne:
    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def create_all(self, path: str, news: Sequence[New]) -> list[str | errors.ProviderError]:
        return [_outcome(lambda new: self._backend.create(path, new.body, {}, new.key).id, new) for new in news]

    def update_all(self, path: str, changes: Sequence[Change]) -> list[errors.ProviderError | None]:
        return [_outcome(lambda change: self._backend.update(path, change.id, change.body, {}), one) for one in changes]

    def delete_all(self, path: str, ids: Sequence[str]) -> list[errors.ProviderError | None]:
        return [_outcome(lambda id: self._backend.delete(path, id), id) for id in ids]


def bulk_of(backend: Backend) -> Bulk:
    """The backend's own bulk operations, or the same one object at a time."""
    return backend if isinstance(backend, Bulk) else _OneByOne(backend)


def _outcome(act: Callable[[T], R], subject: T) -> R | errors.ProviderError:
    try:
        return act(subject)
    except errors.ProviderError as error:
        return error


def parts(members: Sequence[T]) -> Iterator[Sequence[T]]:
    """The members in runs of at most `MOST`."""
    for start in range(0, len(members), MOST):
        yield members[start : start + MOST]


def halve(
    members: Sequence[T], together: Callable[[Sequence[T]], list[R]], alone: Callable[[T], R]
) -> list[R | errors.ProviderError]:
    """Run all members together; where that is refused, the halves, and so on: only the guilty one fails.

    ``together`` is all or nothing and raises `Refused`; then nothing of it was done. An `AnswerLost` is the
    outcome of all its members.
    """
    if not members:
        return []
    if len(members) == 1:
        return [_outcome(alone, members[0])]
    try:
        return list(together(members))
    except errors.Refused as refusal:
        if isinstance(refusal, errors.ServerFailed) and refusal.status != 500:
            lost = errors.AnswerLost(str(refusal))
            return [lost] * len(members)
        if isinstance(refusal, (errors.Unauthorized, errors.RateLimited)):
            return [refusal] * len(members)
        middle = len(members) // 2
        return [*halve(members[:middle], together, alone), *halve(members[middle:], together, alone)]
    except errors.ProviderError as error:
        return [error] * len(members)
