"""The Content-Security-Policy of the page: a browser loads and sends nothing but from and to the page itself.

Streamlit needs scripts and styles inside HTML and scripts of `blob:` addresses, so a policy cannot stop a script that
got into the page. It keeps such a script from sending what it sees to another site.
"""

from shared.web.service import OWN_FRAMES_ONLY

PAGE_POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        OWN_FRAMES_ONLY,
    ]
)
