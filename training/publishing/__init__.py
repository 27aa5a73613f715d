"""Turns a trained network into a model version: calibration, ONNX graph, metrics per slice, gate, files."""
