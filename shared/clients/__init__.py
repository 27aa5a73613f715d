"""Typed clients of Slate's services, for other services and for the page: httpx and the contracts, no more."""
