"""The compiler for binary and low-bit neural networks.

>>> import numpy, quant_bnn
>>> library = quant_bnn.compile('''
... func.func @binarize(%x: tensor<?xf32>) -> tensor<?xf32> {
...   %y = quant_bnn.sign %x : tensor<?xf32>
...   return %y : tensor<?xf32>
... }''')
>>> library.binarize(numpy.array([0.5, -2], numpy.float32))
array([ 1., -1.], dtype=float32)
"""

from quant_bnn._compile import CompileError, compile, opt
from quant_bnn._loaded import Library, load

__version__ = "0.2.0"
__all__ = ["CompileError", "Library", "compile", "load", "opt"]
