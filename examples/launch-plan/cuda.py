"""The few functions of the CUDA driver that running a plan takes."""

import ctypes


class CUDAError(Exception):
    pass


class Device:
    """A device's primary context, and its default stream."""

    def __init__(self, ordinal=0):
        try:
            self.driver = ctypes.CDLL("libcuda.so.1")
        except OSError as error:
            raise CUDAError(f"there is no CUDA driver: {error}")
        self._call("cuInit", 0)
        device, context = ctypes.c_int(), ctypes.c_void_p()
        self._call("cuDeviceGet", ctypes.byref(device), ordinal)
        self._call("cuDevicePrimaryCtxRetain", ctypes.byref(context), device)
        self._call("cuCtxSetCurrent", context)

    def _call(self, name, *arguments):
        status = getattr(self.driver, name)(*arguments)
        if status == 0:
            return
        text = ctypes.c_char_p()
        self.driver.cuGetErrorName(status, ctypes.byref(text))
        raise CUDAError(f"{name}: {(text.value or str(status).encode()).decode()}")

    def load(self, image):
        """A module of PTX, a cubin or a fatbinary."""
        module = ctypes.c_void_p()
        text = ctypes.c_char_p(image)
        self._call("cuModuleLoadDataEx", ctypes.byref(module), text, 0, None, None)
        return module

    def find_kernel(self, module, name):
        kernel = ctypes.c_void_p()
        self._call("cuModuleGetFunction", ctypes.byref(kernel), module, name.encode())
        return kernel

    def launch(self, kernel, grid, block, parameters):
        """Launches `kernel` with `parameters`, the bytes of each."""
        sizes = [ctypes.c_uint(size) for size in (*grid, *block)]
        buffers = [ctypes.create_string_buffer(data, len(data)) for data in parameters]
        addresses = (ctypes.c_void_p * len(buffers))(*map(ctypes.addressof, buffers))
        self._call("cuLaunchKernel", kernel, *sizes, 0, None, addresses, None)

    def allocate(self, size):
        # The driver allocates no 0 bytes.
        pointer = ctypes.c_uint64()
        self._call("cuMemAlloc_v2", ctypes.byref(pointer), ctypes.c_size_t(max(size, 1)))
        return pointer.value

    def free(self, address):
        self._call("cuMemFree_v2", ctypes.c_uint64(address))

    def copy(self, to, source, size):
        """Copies between memory of any kind, after what was launched."""
        if size == 0:
            return
        pointers = ctypes.c_uint64(to), ctypes.c_uint64(source)
        self._call("cuMemcpyAsync", *pointers, ctypes.c_size_t(size), None)
        self._call("cuStreamSynchronize", None)
