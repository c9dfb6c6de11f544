"""Just enough of an API client to ask whether things are ready."""

from __future__ import annotations

import http.client
import json
import ssl
from dataclasses import dataclass
from typing import Any

from localcluster.certificates import Authorities

ASK_SECONDS = 5.0


@dataclass(frozen=True)
class Api:
    """Reads from one API server as its administrator."""

    host: str
    port: int
    pki: Authorities
    certificate: str = "admin"

    def get(self, path: str) -> tuple[int, str]:
        """Status and body.

        Raises:
            OSError: nobody answers.
        """
        context = ssl.create_default_context(cafile=str(self.pki.certificate("ca")))
        context.load_cert_chain(
            self.pki.certificate(self.certificate), self.pki.key(self.certificate)
        )
        connection = http.client.HTTPSConnection(
            self.host, self.port, timeout=ASK_SECONDS, context=context
        )
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode(errors="replace")
        finally:
            connection.close()

    def complaint(self) -> str:
        """Why the API server is not ready, or nothing."""
        try:
            status, body = self.get("/readyz")
        except (OSError, http.client.HTTPException) as error:
            return f"{self.host}:{self.port} does not answer ({error})"
        return "" if status == 200 else f"it answers {status}: {body.strip()[:300]}"

    def condition(self, path: str, kind: str) -> str:
        """Why an object's condition is not True, or nothing."""
        try:
            status, body = self.get(path)
        except (OSError, http.client.HTTPException) as error:
            return f"{self.host}:{self.port} does not answer ({error})"
        if status != 200:
            return f"{path} answers {status}"
        found: dict[str, Any] = json.loads(body)
        for condition in found.get("status", {}).get("conditions", []):
            if condition["type"] == kind:
                if condition["status"] == "True":
                    return ""
                return f"{kind} is {condition['status']}: {condition.get('message', '')}"
        return f"it has no condition {kind} yet"

    def absence(self, path: str) -> str:
        """Why an object cannot be read, or nothing."""
        try:
            status, _ = self.get(path)
        except (OSError, http.client.HTTPException) as error:
            return f"{self.host}:{self.port} does not answer ({error})"
        return "" if status == 200 else f"{path} answers {status}"
