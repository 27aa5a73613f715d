"""The pages, a folder each: `page.py` is what Streamlit runs, the modules beside it are its parts."""
