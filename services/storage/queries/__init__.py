"""All SQL of the service. The first argument of a query is a connection, so that `Database.run` can call it."""
