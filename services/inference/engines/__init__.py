"""Engines run a network: OpenVINO or torch on a processor, torch on an NVIDIA GPU. All give the same answers."""
