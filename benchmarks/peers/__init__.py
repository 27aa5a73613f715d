"""The same network served with other frameworks, each as its documentation recommends, to compare with Slate."""
