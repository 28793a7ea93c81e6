"""The training-data generator as it was: it sends labelled digits at a steady rate.

Options: `images` and `labels`, IDX files; `rate`, such as "1000/s"; `indices`, which images are
sent and in which order (by default all, in file order); `limit`, the most that are sent.
"""

import gzip
import struct

from dse import (
    after, context, create_resource, eval_, exit_, parse_duration, start, write_resource,
)


def read_idx(path):
    """Returns the items of an IDX file of unsigned bytes, gzipped or plain."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    dimensions = data[3]
    count, *shape = struct.unpack_from(f">{dimensions}I", data, 4)
    size = 1
    for side in shape:
        size *= side
    begin = 4 + 4 * dimensions
    return [data[begin + i * size:begin + (i + 1) * size] for i in range(count)]


def offset_ns(number):
    """Returns when message `number` is sent: exact, so that a million messages do not drift."""
    return number * period_ns // count


def training_message(index):
    label = labels[index][0]
    return {
        "payload": images[index],
        "key": str(label),
        "headers": {"label": label},
        "content_type": "application/octet-stream",
    }


def step(number):
    if number == len(indices):
        return eval_([(exit_, 0)])
    eval_([
        (write_resource, to, training_message(indices[number])),
        (after, offset_ns(number + 1) - offset_ns(number)),
        (step, number + 1),
    ])


options = context().options
to = context().to[0]
images = read_idx(options["images"])
labels = read_idx(options["labels"])
indices = options.get("indices", range(len(images)))[:options.get("limit")]
per, unit = options["rate"].split("/")
count, period_ns = int(per), parse_duration("1" + unit)

start([(create_resource, to), (step, 0)])
