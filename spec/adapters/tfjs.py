"""TensorFlow.js, as an implementation under test: the program tfjs.js, which node runs."""

import shutil
from pathlib import Path

from ..interface import remote
from ..interface.adapter import Missing

NODE = shutil.which("node")
if NODE is None:
    raise ImportError("there is no node")
# node looks for the package beside the program, in the folders above it, and in NODE_PATH
try:
    program = remote.Remote([NODE, str(Path(__file__).with_suffix(".js"))], "tfjs")
except Missing as error:
    raise ImportError("node finds no @tensorflow/tfjs") from error
