"""Models of other providers, which are asked over the network. Off unless an API key is set."""
