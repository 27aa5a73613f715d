"""The Content-Security-Policy of the page: a browser loads from the page alone, and sends to it and to inference alone.

Streamlit needs scripts and styles inside HTML and scripts of `blob:` addresses, so a policy cannot stop a script that
got into the page. It keeps such a script from sending what it sees to another site.
"""

from urllib.parse import urlsplit

from shared.web.service import OWN_FRAMES_ONLY


def write_policy(inference: str) -> str:
    """The header. The programs of the API page may run in the page's console, so they may call inference from there."""
    address = urlsplit(inference)
    return "; ".join(
        [
            "default-src 'self'",
            "script-src 'self' 'unsafe-inline' blob:",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src 'self' data: {address.scheme}://{address.netloc}",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            OWN_FRAMES_ONLY,
        ]
    )
