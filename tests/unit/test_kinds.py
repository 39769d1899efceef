"""Each kind of value: what it takes, what it says of what it does not take, and what it is compared by."""

from __future__ import annotations

from typing import Any

import pytest

from provider_core.kinds import Boolean, Choice, File, Image, Integer, Kind, Many, Record, Reference, Text
from tests.unit.samples import UNKNOWN

CERTIFICATE = "-----BEGIN CERTIFICATE-----\nQUJD\nREVG\n-----END CERTIFICATE-----\n"
ALIAS = Record({"alias": (Text(max_length=5), ...), "weight": (Integer(), 1)})
URI = "/api/admin/configuration/v1/role/7/"

ACCEPTED: list[tuple[Kind, Any]] = [
    (Text(), ""),
    (Text(max_length=3), "äöü"),
    (Text(digits=(4, 6)), "0012"),
    (Text(format="ip_address"), "192.0.2.1"),
    (Text(format="ip_address"), "2001:db8::1"),
    (Text(format="url"), "https://example.com:8443/a?b"),
    (Text(format="email"), "a.b@example.com"),
    (Text(format="domain"), "_sip.example.com"),
    (Text(format="regex"), "(?P<name>[0-9]+)@.*"),
    (Text(format="date"), "2027-02-28"),
    (Text(format="time"), "08:30"),
    (Text(format="time"), "08:30:15"),
    (Text(format="datetime"), "2027-02-28T08:30:15"),
    (Text(format="pem"), CERTIFICATE),
    (Text(format="json"), '{"a": [1]}'),
    (Choice(("a", "b")), "b"),
    (Integer(), -3),
    (Integer(1, 5), 5),
    (Integer(1, 5), 5.0),
    (Integer(60, 100, also=(0,)), 0),
    (Boolean(), False),
    (Reference("role"), URI),
    (Reference("role"), "https://node.example.com" + URI),
    (Many(Text()), []),
    (Many(Text()), ("a", "b")),
    (Many(Text(), unordered=False), ["a", "a"]),
    (Many(Reference("role")), [UNKNOWN, URI]),
    (Many(Reference("role")), ["//[/role/"]),
    (ALIAS, {"alias": "a"}),
    (ALIAS, {"alias": UNKNOWN, "weight": 2}),
    (ALIAS, {"alias": "a", "weight": None}),
    (File(), "theme.zip"),
    (Image(), "node.ova"),
    (Image(), "stream:0123"),
]

REFUSED: list[tuple[Kind, Any, list[str]]] = [
    (Text(), 5, ["x must be a string, got 5"]),
    (Text(), ["a"], ['x must be a string, got ["a"]']),
    (Text(max_length=3), "abcd", ["x must be at most 3 characters, got 4"]),
    (Text(digits=(4, 6)), "123", ['x must be 4 to 6 digits, got "123"']),
    (Text(digits=(4, 6)), "1234567", ['x must be 4 to 6 digits, got "1234567"']),
    (Text(digits=(4, 6)), "12a4", ['x must be 4 to 6 digits, got "12a4"']),
    (Text(digits=(4, 6)), "١٢٣٤", ['x must be 4 to 6 digits, got "١٢٣٤"']),
    (Text(format="ip_address"), "192.0.2.256", ['x must be an IP address, got "192.0.2.256"']),
    (Text(format="ip_address"), "", ['x must be an IP address, got ""']),
    (Text(format="url"), "ftp://a", ['x must be an http or https URL, got "ftp://a"']),
    (Text(format="url"), "https://[", ['x must be an http or https URL, got "https://["']),
    (Text(format="email"), "example.com", ['x must be an e-mail address, got "example.com"']),
    (Text(format="domain"), "a b", ['x must be a domain name, got "a b"']),
    (Text(format="regex"), "(", ['x must be a regular expression that compiles, got "("']),
    (Text(format="date"), "28.2.2027", ['x must be a date (YYYY-MM-DD), got "28.2.2027"']),
    (Text(format="time"), "25:00", ['x must be a time (HH:MM or HH:MM:SS), got "25:00"']),
    (Text(format="datetime"), "soon", ['x must be a date and time (ISO 8601), got "soon"']),
    (Text(format="pem"), "QUJD", ['x must be a PEM block (-----BEGIN …-----), got "QUJD"']),
    (Text(format="json"), "{", ['x must be JSON, got "{"']),
    (Choice(("a", "b")), "c", ['x must be one of "a", "b", got "c"']),
    (Choice(("a", "b")), ["a"], ['x must be one of "a", "b", got ["a"]']),
    (Integer(), "5", ['x must be a whole number, got "5"']),
    (Integer(), 1.5, ["x must be a whole number, got 1.5"]),
    (Integer(), True, ["x must be a whole number, got true"]),
    (Integer(), float("inf"), ["x must be a whole number, got Infinity"]),
    (Integer(1, 5), 6, ["x must be 1 to 5, got 6"]),
    (Integer(minimum=1), 0, ["x must be at least 1, got 0"]),
    (Integer(maximum=5), 6, ["x must be at most 5, got 6"]),
    (Integer(60, 100, also=(0,)), 59, ["x must be 60 to 100 or 0, got 59"]),
    (Boolean(), "true", ['x must be true or false, got "true"']),
    (Boolean(), 1, ["x must be true or false, got 1"]),
    (Image(), "", ['x must be the path of a file, or what another resource hands over, got ""']),
    (Reference("role"), 7, ["x must be a resource of type role or its URI (…/role/<id>/), got 7"]),
    (
        Reference("role"),
        "/a/user/7/",
        ['x must be a resource of type role or its URI (…/role/<id>/), got "/a/user/7/"'],
    ),
    (Many(Text()), "a", ['x must be a list, got "a"']),
    (Many(Text()), ["a", None, 3], ["x[1] must be a value, got null", "x[2] must be a string, got 3"]),
    (Many(Text()), ["a", "b", "a"], ['x[2] must be given once, got "a" twice']),
    (ALIAS, "a", ['x must be an object with alias, weight, got "a"']),
    (ALIAS, {"weight": 1}, ["x.alias must be given, got nothing"]),
    (ALIAS, {"alias": "a", "wait": 1}, ["x.wait must be one of alias, weight, got this name"]),
    (Many(ALIAS), [{"alias": "too long"}], ["x[0].alias must be at most 5 characters, got 8"]),
    (File(), 5, ["x must be the path of a file, got 5"]),
    (Text(digits=(1, 2)), "9" * 100, ['x must be 1 to 2 digits, got "' + "9" * 76 + "…"]),
]

SAME: list[tuple[Kind, Any, Any]] = [
    (Reference("role"), URI, "https://node.example.com" + URI),
    (Integer(), 5, "5"),
    (Integer(), 5, 5.0),
    (Text(format="pem"), CERTIFICATE, "text before\r\n" + CERTIFICATE.replace("\n", "\r\n")),
    (Text(format="json"), '{"a":1,"b":2}', '{ "b": 2, "a": 1 }'),
    (Many(Text()), ["a", "b"], ("b", "a")),
    (Many(ALIAS), [{"alias": "a"}, {"alias": "b"}], [{"alias": "b", "weight": 1}, {"alias": "a"}]),
    (ALIAS, {"alias": "a", "weight": 2}, {"alias": "a", "weight": "2"}),
    (Boolean(), True, True),
    (Image(), "node.ova", "other.ova"),
    (Image(), "stream:1", "stream:1"),
]

OTHER: list[tuple[Kind, Any, Any]] = [
    (Text(), "a", "A"),
    (Text(), "", None),
    (Text(format="pem"), CERTIFICATE, CERTIFICATE.replace("QUJD", "QUJE")),
    (Text(format="json"), "[1, 2]", "[2, 1]"),
    (Integer(), 0, None),
    (Boolean(), True, False),
    (Image(), "node.ova", "stream:1"),
    (Image(), "stream:1", "stream:2"),
    (Image(), "node.ova", UNKNOWN),
    (Many(Text(), unordered=False), ["a", "b"], ["b", "a"]),
    (Many(Text()), ["a"], ["a", "b"]),
    (Many(Text()), [], None),
    (ALIAS, {"alias": "a"}, {"alias": "a", "weight": 2}),
    (Reference("role"), URI, URI.replace("7", "8")),
    (Text(), UNKNOWN, UNKNOWN),
    (Many(Text()), [UNKNOWN], [UNKNOWN]),
    (ALIAS, {"alias": UNKNOWN}, {"alias": UNKNOWN}),
]


def sentences(kind: Kind, value: Any, secret: bool = False) -> list[str]:
    """What is wrong with a value of a field x."""
    return [problem.sentence("x", secret) for problem in kind.problems(value)]


@pytest.mark.parametrize(("kind", "value"), ACCEPTED)
def test_accepted(kind: Kind, value: Any) -> None:
    """A value that the node takes has no problem."""
    assert sentences(kind, value) == []


@pytest.mark.parametrize(("kind", "value", "expected"), REFUSED)
def test_refused(kind: Kind, value: Any, expected: list[str]) -> None:
    """A value that the node would refuse is described in one grammar: must be …, got …."""
    assert sentences(kind, value) == expected


@pytest.mark.parametrize(("kind", "value", "expected"), REFUSED)
def test_a_secret_is_not_shown(kind: Kind, value: Any, expected: list[str]) -> None:
    """The sentence about a secret says what it must be, and hides what it is."""
    for sentence in sentences(kind, value, secret=True):
        assert sentence.endswith((", got a hidden value", ", got null", ", got nothing"))


@pytest.mark.parametrize(("kind", "one", "other"), SAME)
def test_same(kind: Kind, one: Any, other: Any) -> None:
    """What means the same to the node is the same, whichever way round it is asked."""
    assert kind.same(one, other)
    assert kind.same(other, one)


@pytest.mark.parametrize(("kind", "one", "other"), OTHER)
def test_not_same(kind: Kind, one: Any, other: Any) -> None:
    """What means something else is not the same; what is unknown is not even the same as itself."""
    assert not kind.same(one, other)
    assert not kind.same(other, one)


def test_wire_forms() -> None:
    """What is sent is JSON as the node has it, what comes back is a value as a stack has it."""
    assert Reference("role").encode("https://node.example.com" + URI) == URI
    assert Many(Reference("role")).encode(["//[/role/"]) == ["//[/role/"]
    assert Reference("role").decode({"resource_uri": URI, "name": "x"}) == URI
    assert Integer().encode(5.0) == 5
    assert isinstance(Integer().encode(5.0), int)
    assert Integer().decode("5") == 5
    assert Text(format="json").decode({"b": 1, "a": 2}) == '{"a": 2, "b": 1}'
    assert ALIAS.decode({"alias": "a", "weight": 1, "id": 4}) == {"alias": "a"}
    assert ALIAS.encode({"alias": "a", "weight": None}) == {"alias": "a"}
    assert Many(Integer()).encode(("1", 2.0)) == [1, 2]


def test_kinds_are_values() -> None:
    """A kind has a readable repr, and equals another one that says the same."""
    assert Text(max_length=3) == Text(max_length=3)
    assert repr(Integer(1, 5)) == "Integer(minimum=1, maximum=5, also=())"
    assert len({Many(ALIAS), Many(ALIAS)}) == 1
