// Gradients at tiny, huge and cancelling points, against true derivatives.

// RUN: %python %S/Inputs/check_derivatives.py f32 8 | FileCheck %s
// RUN: %python %S/Inputs/check_derivatives.py f64 8 | FileCheck %s
// CHECK: {{^[0-9]+}} gradients, 0 failures
