"""What makes the first visit quick: fewer and smaller files than Streamlit sends by itself (decision 37)."""
