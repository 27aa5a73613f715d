"""The Statistics page: how often the models are right, and on which digits they are wrong."""
