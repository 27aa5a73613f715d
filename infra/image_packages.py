"""`python image_packages.py FOLDER` removes from the packages in `FOLDER` what no service runs, for the Dockerfiles.

These are tests, C headers, parts of large packages, and what debuggers read. tests/containers measures the images.
"""

import shutil
import subprocess
import sys
from pathlib import Path

UNUSED = (
    # of every package
    "**/tests",
    "**/*.pyx",
    "**/*.pyi",
    "**/*.h",
    "**/*.hpp",
    # tables of the page are made without these: files in the cloud and remote procedure calls
    "pyarrow/include",
    "pyarrow/libarrow_flight.*",
    "pyarrow/_flight.*",
    "pyarrow/libarrow_s3.*",
    "pyarrow/_s3fs.*",
    "pyarrow/libarrow_python.so",  # the same file as the next one, for compilers
    "pyarrow/libarrow_python.so.*.*",
    "pydeck/nbextension",  # maps in notebooks
    # charts that no page shows
    "streamlit/static/static/js/DeckGlJsonChart.*",
    "streamlit/static/static/js/EChartsChart.*",
    "streamlit/static/static/js/PlotlyChart.*",
    # inference runs on the processor, or with torch on an NVIDIA GPU, and makes its graphs itself
    "openvino/include",
    "openvino/libs/*_intel_gpu_plugin.so",
    "openvino/libs/*_intel_npu_plugin.so",
    "openvino/libs/cache.json",
    "openvino/libs/*_tensorflow*_frontend.*",
    "openvino/libs/*_pytorch_frontend.*",
    "openvino/libs/*_paddle_frontend.*",
    "openvino/libs/*_jax_frontend.*",
    "openvino/libs/*_gguf_frontend.*",
    "openvino/tools",
    # numpy compiles nothing here
    "numpy/distutils",
    "numpy/f2py",
)
WITH_SYMBOLS = ("asyncpg", "cryptography", "httptools", "pyarrow", "uvloop")  # ship symbols that only debuggers read


def remove_unused(packages: Path) -> None:
    """Delete what `UNUSED` names."""
    for pattern in UNUSED:
        for path in sorted(packages.glob(pattern), reverse=True):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def strip_symbols(packages: Path) -> None:
    """Make the compiled modules of `WITH_SYMBOLS` smaller. It needs `strip` (Debian's binutils)."""
    for name in WITH_SYMBOLS:
        if modules := sorted((packages / name).rglob("*.so*")):
            subprocess.run(["strip", "--strip-unneeded", *modules], check=True)  # noqa: S603, S607 -- the names are those of files in the packages


if __name__ == "__main__":
    remove_unused(Path(sys.argv[1]))
    strip_symbols(Path(sys.argv[1]))
