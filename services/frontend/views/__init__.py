"""The pages, one folder each. Streamlit runs `page.py`; the other modules are its parts. No page imports another."""
