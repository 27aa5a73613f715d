"""Tells storage what the command did, so that the audit of the installation has it beside what curators did."""

from dataclasses import dataclass

from pydantic import SecretStr

from shared.clients.patience import Patience
from shared.clients.service import RefusedError, ServiceClient, ServiceUnavailableError
from shared.contracts.promotion import PromotionAnswer, PromotionRequest

PATIENCE = Patience(connect_timeout_s=3, read_timeout_s=5, retry_for_s=0)


@dataclass(frozen=True)
class StorageAudit:
    """The address of storage and a token with the right `curate`. Without a token nothing is sent."""

    url: str
    token: SecretStr

    def note(self, done: PromotionRequest) -> str:
        """Send it, and return a sentence for the person: whether the audit has it. It never fails."""
        if not self.token.get_secret_value():
            return "The journal has it. The audit of storage does not: set STORAGE_TOKEN to note it there too."
        try:
            with ServiceClient(self.url, api_key=self.token.get_secret_value(), patience=PATIENCE) as storage:
                body = done.model_dump_json(exclude_none=True)
                headers = {"Content-Type": "application/json"}
                storage.ask(PromotionAnswer, "POST", "/v1/promotions", content=body, headers=headers)
        except (ServiceUnavailableError, RefusedError, ValueError) as error:
            return f"The journal has it. The audit of storage at {self.url} does not: {error}"
        return "The journal and the audit of storage have it."
