"""The bytes of a multipart form → its files. Call it in a lane, because a large form takes long to parse."""

from dataclasses import dataclass

from python_multipart import FormParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import File, parse_options_header

from services.inference.http.validation import make_invalid

IN_MEMORY = {"MAX_MEMORY_FILE_SIZE": float("inf")}  # the form is in memory already


@dataclass(frozen=True)
class FormFile:
    """A file of a form: the name of its field, and its bytes."""

    field: str
    content: bytes


def read_form_files(body: bytes, content_type: str, max_parts: int) -> list[FormFile]:
    """All files in their order; other fields are left out. RequestValidationError if it is no form of `max_parts`."""
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if not boundary:
        raise make_invalid("body", "The Content-Type of a multipart form needs a boundary.")
    if body.count(b"--" + boundary) > max_parts + 1:  # and the end
        raise make_invalid("body", f"The form has more than {max_parts:,} fields and files.")
    files: list[FormFile] = []
    try:
        parser = FormParser(
            kind.decode("latin-1"), None, lambda file: files.append(_take(file)), boundary=boundary, config=IN_MEMORY
        )
        parser.write(body)
        parser.finalize()
    except FormParserError as error:
        raise make_invalid("body", f"The multipart body can't be decoded: {error}") from error
    return files


def _take(file: File) -> FormFile:
    file.file_object.seek(0)
    name = file.field_name or b""
    return FormFile(name.decode("utf-8", "replace"), file.file_object.read())
