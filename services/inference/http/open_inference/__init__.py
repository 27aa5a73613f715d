"""The Open Inference Protocol, version 2, over HTTP: other forms of a request and its answer, for the same lanes."""
