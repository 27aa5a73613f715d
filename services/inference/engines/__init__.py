"""What runs a network: one small interface; behind it OpenVINO, ONNX Runtime or torch, which give the same answers."""
