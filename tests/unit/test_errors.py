"""The tree of errors: complete, drawn where it is declared, decided by status."""

from __future__ import annotations

import inspect

import pytest

from provider_core import errors
from provider_core.errors import ProviderError, Refused, refused

CLASSES = [each for each in vars(errors).values() if inspect.isclass(each) and issubclass(each, ProviderError)]


@pytest.mark.parametrize("error", CLASSES, ids=lambda each: each.__name__)
def test_every_class_is_exported_and_documented(error: type[ProviderError]) -> None:
    """An error that nobody can name is caught by nobody."""
    assert error.__name__ in errors.__all__
    assert error.__doc__


def test_the_drawing_is_the_tree() -> None:
    """Every class is drawn in the module's docstring, one step to the right of the one that it derives from."""
    path: list[str] = []
    found = {}
    for line in (errors.__doc__ or "").splitlines():
        name = line.strip("│├└─ ").split(" ")[0]
        if name in errors.__all__:
            depth = (len(line) - len(line.lstrip("│├└─ "))) // 4
            path = [*path[:depth], name]
            found[name] = path[depth - 1] if depth else ""
    assert found == {each.__name__: each.__mro__[1].__name__ if each is not ProviderError else "" for each in CLASSES}


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, errors.Rejected),
        (401, errors.Unauthorized),
        (403, errors.Forbidden),
        (404, errors.NotFound),
        (405, errors.MethodNotAllowed),
        (409, errors.Rejected),
        (418, errors.Rejected),
        (429, errors.RateLimited),
        (500, errors.ServerFailed),
        (503, errors.ServerFailed),
        (599, errors.ServerFailed),
    ],
)
def test_the_status_decides(status: int, expected: type[Refused]) -> None:
    """The class follows from the status alone, never from the words of a message."""
    error = refused(status, "401 not found 503", {"name": "taken"})
    assert type(error) is expected
    assert (str(error), error.status, error.fields) == ("401 not found 503", status, {"name": "taken"})


def test_a_named_error_keeps_its_class_and_facts() -> None:
    """The resource's name in front changes the text only; the original stays as it was."""
    error = refused(429, "too many", {"x": "y"})
    error.retry_after = 5.0
    named = error.named('Conference "a"')
    assert isinstance(named, errors.RateLimited)
    assert (str(named), named.status, named.fields, named.retry_after) == (
        'Conference "a": too many', 429, {"x": "y"}, 5.0,
    )  # fmt: skip
    assert str(error) == "too many"
