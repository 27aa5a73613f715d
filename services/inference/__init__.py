"""The inference service: hosts the models and answers what digit a drawing shows. It knows no database."""
