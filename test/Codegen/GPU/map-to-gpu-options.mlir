// RUN: not bnn-opt %s --bnn-codegen-map-to-gpu=block-size=96 2>&1 | FileCheck %s --check-prefix=BLOCK
// RUN: not bnn-opt %s --bnn-codegen-map-to-gpu=block-size=2048 2>&1 | FileCheck %s --check-prefix=LARGE
// RUN: not bnn-opt %s --bnn-codegen-map-to-gpu=vector-width=32 2>&1 | FileCheck %s --check-prefix=WIDTH

// BLOCK: error: block-size must be a power of two and at most 1024, but is 96
// LARGE: error: block-size must be a power of two and at most 1024, but is 2048
// WIDTH: error: vector-width must be a power of two from 64 to 1024, but is 32
