"""The inference service: loads model versions and predicts which digit a drawing shows. It uses no database."""
