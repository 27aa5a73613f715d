"""The JSON schema of a message for a part of OpenAPI that FastAPI does not write itself.

Pydantic puts the schemas of nested messages under `$defs`, where a reference inside an OpenAPI document would not find
them. So each reference is replaced by the schema that it names.
"""

from typing import Any

from pydantic import BaseModel

PREFIX = "#/$defs/"


def inline_schema(message: type[BaseModel]) -> dict[str, Any]:
    """Return the schema of a message without references. RecursionError if the message contains itself."""
    schema = message.model_json_schema()
    named: dict[str, Any] = schema.pop("$defs", {})

    def resolve(part: Any) -> Any:
        if isinstance(part, list):
            return [resolve(each) for each in part]
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            return resolve(named[part["$ref"].removeprefix(PREFIX)])
        return {key: resolve(value) for key, value in part.items()}

    resolved: dict[str, Any] = resolve(schema)
    return resolved
