"""A client of the Statements service; the types of what goes in and comes out are in `statements_client.messages`."""

from statements_client.batches import ModelChangedError
from statements_client.clients import AsyncClient, Client
from statements_client.problems import ServiceError

__all__ = ["AsyncClient", "Client", "ModelChangedError", "ServiceError"]
