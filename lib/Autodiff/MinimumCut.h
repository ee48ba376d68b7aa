//===- MinimumCut.h - Minimum cut of a graph --------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_AUTODIFF_MINIMUMCUT_H
#define QUANT_BNN_LIB_AUTODIFF_MINIMUMCUT_H

#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>
#include <limits>

namespace quant_bnn::differentiate {

/// A directed graph with capacities, from node 0, the source, to node 1, the
/// sink.
class FlowGraph {
public:
  static constexpr unsigned source = 0, sink = 1;
  static constexpr int64_t infinite = std::numeric_limits<int64_t>::max() / 4;

  FlowGraph() : edgesOf(2) {}
  unsigned addNode();
  void addEdge(unsigned from, unsigned to, int64_t capacity);

  /// Computes the maximum flow, and returns the nodes on the sink's side of the
  /// minimum cut that is nearest to the sink. Every path from source to sink
  /// must have an edge of finite capacity.
  llvm::BitVector computeSinkSide();

private:
  struct Edge {
    unsigned to;
    int64_t capacity;
  };
  bool computeLevels();
  bool augment();

  /// Edge i ^ 1 is edge i in reverse.
  llvm::SmallVector<Edge> edges;
  llvm::SmallVector<llvm::SmallVector<unsigned, 4>> edgesOf;
  llvm::SmallVector<int> levels;
  llvm::SmallVector<unsigned> nextEdge;
};

} // namespace quant_bnn::differentiate

#endif // QUANT_BNN_LIB_AUTODIFF_MINIMUMCUT_H
