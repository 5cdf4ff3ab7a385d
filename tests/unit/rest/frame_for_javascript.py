"""Write the frame that ``jupyter_extension/ui/test/frame.test.js`` reads.

Run from the repository after a change of the format:

    python tests/unit/rest/frame_for_javascript.py > jupyter_extension/ui/test/frame.base64.txt
"""

import base64
import math
import sys

from nbtrack.rest.frame import write_frame
from nbtrack.store import columns


def frame():
    """Return a frame with a column of every kind."""
    given = [
        columns.numbers("value", "f64", [1.5, -0.0, 5e-324, math.nan, math.inf]),
        columns.ids("run_id", ["00112233445566778899aabbccddeeff", "f" * 32]),
        columns.numbers("status", "u8", [1, 5, 255]),
        columns.numbers("metrics.acc", "f64", [math.nan, -math.inf], rows=[4, 0]),
        columns.texts("params.p", ["a", "😀\0", "a"], rows=[2, 1, 0]),
        columns.numbers("count", "u32", [2**32 - 1]),
        columns.texts("none", []),
    ]
    return write_frame({"total": 5, "note": "<b>é</b>"}, given)


if __name__ == "__main__":
    sys.stdout.write(base64.b64encode(frame()).decode() + "\n")
