"""`python -m clients.label_studio`: a machine-learning backend for Label Studio, which asks Slate's inference.

Label Studio names pictures by their addresses. Inference fetches nothing, so this program fetches them, and only from
the Label Studio that it was started for.
"""
