"""Picture files that inference does not read → files that it reads. A process of its own converts each.

Decoders of rare formats are large, and a hostile file may make one of them run for hours, take all memory or crash.
The process has limits of both, and nothing but that file ends with it.
"""

from services.frontend.conversion.converter import Converted, NotConvertedError, convert

__all__ = ["Converted", "NotConvertedError", "convert"]
