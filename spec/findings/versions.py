"""The versions of the implementations that are installed."""

from importlib import metadata

# The packages that a target comes from, of several names the one that is installed.
PACKAGES = {
    "torch": ("torch",),
    "jax": ("jax",),
    "flax": ("flax", "jax"),
    "flax-nnx": ("flax", "jax"),
    "equinox": ("equinox", "jax"),
    "haiku": ("dm-haiku", "jax"),
    "tensorflow": ("tensorflow", "tensorflow-cpu"),
    "keras": ("keras", "tensorflow", "tensorflow-cpu"),
    "keras-torch": ("keras", "torch"),
    "keras-torch-mask": ("keras", "torch"),
    "keras-jax": ("keras", "jax"),
    "paddle": ("paddlepaddle",),
    "mlx": ("mlx",),
    "tinygrad": ("tinygrad",),
    "sklearn": ("scikit-learn",),
    "onnx": ("onnx",),
    "onnxruntime": ("onnxruntime",),
    "onednn": ("onednn",),
    "openvino": ("openvino",),
    "ncnn": ("ncnn",),
    "mnn": ("MNN",),
    "tfjs": (),
    "numpy": ("numpy",),
}


def of(target):
    """The packages of a target, as they are installed here."""
    base = target if target in PACKAGES else target.partition("-")[0]
    return _installed(PACKAGES.get(base, ()))


def versions():
    """The packages that implementations come from, as they are installed here."""
    return _installed(dict.fromkeys(name for names in PACKAGES.values() for name in names))


def _installed(names):
    found = []
    for name in names:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            continue
    return found
