"""How far Slate scales: a simulation of inference, checked against the service, and what follows for more machines."""
