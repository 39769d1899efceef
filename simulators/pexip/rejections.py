"""How input is refused, and how text is compared where case does not matter."""

from __future__ import annotations

import string
from typing import Any

from django.http import HttpResponse, JsonResponse
from tastypie.exceptions import TastypieError

_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


class Rejected(TastypieError):
    """Some fields of an object are refused: ``{"conference": {"pin": ["…"]}}``."""

    def __init__(self, type_name: str, errors: dict[str, list[str]]) -> None:
        super().__init__(type_name)
        self.errors = errors
        self.response = JsonResponse({type_name: errors}, status=400)


class Answer(TastypieError):
    """Ends the request with this response; the framework sends what stands in ``response``."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__()
        self.response = response


def fold(value: Any) -> Any:
    """Text the way SQLite's NOCASE compares it: upper and lower case of ASCII are the same."""
    return value.translate(_LOWER) if isinstance(value, str) else value
