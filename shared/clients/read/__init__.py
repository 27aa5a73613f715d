"""`python -m shared.clients.read`: reads files and folders of pictures through the service, into a CSV of numbers.

A run that was stopped is continued by the same command: pictures that the CSV already has are not read again.
"""
