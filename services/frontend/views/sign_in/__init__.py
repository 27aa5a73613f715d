"""The Sign in page: become a curator, see who is signed in, sign out."""
