"""The HTTP API: routes, request bodies, error responses, access control and admission. It calls the layers below."""
