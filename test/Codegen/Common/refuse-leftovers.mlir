// RUN: bnn-opt %s --bnn-codegen-refuse-leftovers=dialects=llvm,func --split-input-file --verify-diagnostics --allow-unregistered-dialect

func.func @lowered(%x: i32) -> i32 {
  %0 = llvm.add %x, %x : i32
  return %0 : i32
}

// -----

llvm.func @cast(%x: i32) -> f32 {
  // expected-error @+1 {{'builtin.unrealized_conversion_cast' op was not lowered: expected only ops of llvm, func}}
  %0 = builtin.unrealized_conversion_cast %x : i32 to f32
  llvm.return %0 : f32
}

// -----

// Each op is named, and not those in its regions; modules are looked into.
module {
  func.func @several() {
    // expected-error @+1 {{'foo.bar' op was not lowered}}
    "foo.bar"() ({
      "foo.baz"() : () -> ()
    }) : () -> ()
    // expected-error @+1 {{'llvm.bar' op was not lowered}}
    "llvm.bar"() : () -> ()
    return
  }
}
