"""The versions of the implementations that are installed."""

from importlib import metadata

PACKAGES = (
    "torch",
    "jax",
    "flax",
    "tensorflow",
    "tensorflow-cpu",
    "keras",
    "onnx",
    "onnxruntime",
    "onednn",
    "numpy",
)


def versions():
    """The packages that implementations come from, as they are installed here."""
    found = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            continue
    return found
