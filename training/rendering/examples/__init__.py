"""The drawings and photographs that a visitor can try with one tap, made of forms that this project owns.

`python -m training.rendering.examples` writes them again, always the same, into the folder of the page.
"""
