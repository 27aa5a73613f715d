"""Typed Python clients of Slate's services. They need httpx and the contracts, nothing else."""
