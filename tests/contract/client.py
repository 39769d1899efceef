"""A client of the simulated node that knows nothing of it but HTTP."""

from __future__ import annotations

from typing import Any

import requests

from simulators.process import Simulator

__all__ = ["CONFIGURATION", "Client"]

CONFIGURATION = "/api/admin/configuration/v1/"


class Client:
    """Sends requests and hands back whatever comes; a path without a first slash is a configuration type's."""

    def __init__(self, simulator: Simulator, auth: Any = None) -> None:
        self.simulator = simulator
        self.session = requests.Session()
        # Else the variables REQUESTS_CA_BUNDLE and so on win over what is set here.
        self.session.trust_env = False
        self.session.verify = str(simulator.ca)
        self.session.auth = auth or (simulator.username, simulator.password)

    def close(self) -> None:
        """Close the connections."""
        self.session.close()

    def url(self, path: str) -> str:
        """The whole URL of a path."""
        if path.startswith("https://"):
            return path
        return self.simulator.address + (path if path.startswith("/") else CONFIGURATION + path)

    def __call__(self, method: str, path: str, **more: Any) -> requests.Response:
        """The answer, of whatever status."""
        return self.session.request(method, self.url(path), timeout=60, **more)

    def get(self, path: str, **parameters: Any) -> Any:
        """The JSON at a path, which must be there."""
        response = self("GET", path, params=parameters)
        assert response.status_code == 200, response.text
        return response.json()

    def create(self, type_name: str, **fields: Any) -> str:
        """A new object; its path."""
        response = self("POST", f"{type_name}/", json=fields)
        assert response.status_code == 201, response.text
        location = response.headers["Location"]
        assert location.startswith(self.simulator.address)
        return location.removeprefix(self.simulator.address)

    def refused(self, method: str, path: str, data: Any) -> Any:
        """What the node says to data that it refuses."""
        response = self(method, path, json=data)
        assert response.status_code == 400, (response.status_code, response.text)
        return response.json()

    def change(self, path: str, **fields: Any) -> None:
        """Change an object."""
        response = self("PATCH", path, json=fields)
        assert response.status_code == 202, response.text
        assert response.content == b""

    def bulk(self, type_name: str, objects: list[Any], deleted: list[str] | None = None) -> requests.Response:
        """A bulk request; its answer."""
        return self("PATCH", f"{type_name}/", json={"objects": objects, "deleted_objects": deleted or []})

    def names(self, type_name: str, key: str = "name", **filters: Any) -> list[Any]:
        """One field of all objects that match."""
        return [each[key] for each in self.get(f"{type_name}/", limit=5000, **filters)["objects"]]
