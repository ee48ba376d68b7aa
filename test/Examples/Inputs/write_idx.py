"""Writes files in the format of MNIST.

    write_idx.py DIRECTORY

train-images and train-labels, with two classes of which one is brighter;
test-images and test-labels, which are the same; and files that are wrong.
"""

import pathlib
import random
import struct
import sys

COUNT, SIDE = 64, 16


def write(path, sizes, elements):
    header = struct.pack(f">{len(sizes) + 1}I", 0x800 + len(sizes), *sizes)
    path.write_bytes(header + bytes(elements))


def main(directory):
    random.seed(1)
    labels = [i % 2 for i in range(COUNT)]
    pixels = [
        random.randrange(128) + 127 * label for label in labels for _ in range(SIDE**2)
    ]
    for part in "train", "test":
        write(directory / f"{part}-images", [COUNT, SIDE, SIDE], pixels)
        write(directory / f"{part}-labels", [COUNT], labels)
    write(directory / "small-images", [COUNT, 8, SIDE], pixels[: COUNT * 8 * SIDE])
    write(directory / "wide-images", [COUNT, SIDE, 17], [0] * (COUNT * SIDE * 17))
    write(directory / "few-labels", [COUNT - 1], labels[1:])
    write(directory / "wrong-labels", [COUNT], [10] * COUNT)
    write(directory / "short-images", [COUNT, SIDE, SIDE], pixels[1:])
    write(directory / "no-images", [0, SIDE, SIDE], [])
    write(directory / "no-labels", [0], [])


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
