"""What others would serve the same network with, each as its own documentation does it, to run beside ours."""
