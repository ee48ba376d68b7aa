# The execution tests again, on the GPU: on the driver of the tests, which runs
# PTX on the CPU, or on a device with QUANT_BNN_TEST_DEVICE=1 in the environment.

import os

import lit.formats

config.name = "QuantBNN-UnitCUDA"
config.suffixes = []
config.test_exec_root = os.path.join(
    config.quant_bnn_binary_root, "unittests", "Execution"
)
config.test_source_root = config.test_exec_root
config.test_format = lit.formats.GoogleTest(".", "Tests")
config.environment["QUANT_BNN_TEST_TARGET"] = "cuda"
if os.environ.get("QUANT_BNN_TEST_DEVICE"):
    # All but what is about options that only the CPU has.
    config.environment["GTEST_FILTER"] = (
        "-*Libm:*VectorWidth*:*Nontemporal:*Parallel:GuardPages.*"
    )
else:
    # Each kind of test in some of the types: to interpret takes its time.
    config.environment["GTEST_FILTER"] = ":".join(
        [
            "CompiledConformance.*",
            "Elementwise.*16",
            "Forms.EveryOp*",
            "Math.Polynomials",
            "Math.WithoutApproximation",
            "Narrow*",
            "Packing.F32",
            "MaterializePackedLayout.Transpose",
            "Packing.Bits",
            "Pact.F32",
            "Reduction.BF16",
            "Reduction.F32",
            "SavedBits.*16",
            "SavedBits.F32",
            "Threshold.*",
            "Xnor*",
            "Options.OutParams",
            "Buffers.*",
        ]
    )
    config.environment["LD_LIBRARY_PATH"] = os.path.join(
        config.quant_bnn_binary_root, "utils", "ptx-emulator"
    )
