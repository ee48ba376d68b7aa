"""Runs a Python program with another PATH, in which Python need not be.

    with_path.py PATH PROGRAM ARGUMENT...
"""

import os
import runpy
import sys

os.environ["PATH"] = sys.argv[1]
sys.argv = sys.argv[2:]
sys.path[0] = os.path.dirname(sys.argv[0])
runpy.run_path(sys.argv[0], run_name="__main__")
