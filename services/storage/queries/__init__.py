"""All SQL of the service. A query takes a connection first, so that `Database.run` may call it."""
