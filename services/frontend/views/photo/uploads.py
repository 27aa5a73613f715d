"""Frees the bytes of uploaded files, which Streamlit would keep in memory until the visitor leaves."""

from collections.abc import Sequence

from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile


def forget_uploads(files: Sequence[UploadedFile]) -> None:
    """Removes files that the page has taken over. From now on their widget returns none."""
    context = get_script_run_ctx()
    if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        for file in files:
            context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)
