"""The call as a shell command."""

from shlex import quote

from services.frontend.views.api.programs.call import FILE, KEY_VARIABLE, Call


def write_curl(call: Call) -> str:
    """It expects the drawing in the file `digit.png`."""
    key = f' \\\n  -H "Authorization: Bearer ${KEY_VARIABLE}"' if call.with_key else ""
    body = (
        f"-F files=@{FILE} -F files=@{FILE}" if call.is_batch else f'-H "Content-Type: image/png" --data-binary @{FILE}'
    )
    return f"curl {quote(call.url)} \\\n  {body}{key}"
