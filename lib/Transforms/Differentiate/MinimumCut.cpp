//===- MinimumCut.cpp - Minimum cut of a graph ----------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Dinic's algorithm: shortest augmenting paths, all of one length at a time.
//
//===----------------------------------------------------------------------===//

#include "MinimumCut.h"
#include <algorithm>

using namespace quant_bnn::differentiate;

unsigned FlowGraph::addNode() {
  edgesOf.emplace_back();
  return edgesOf.size() - 1;
}

void FlowGraph::addEdge(unsigned from, unsigned to, int64_t capacity) {
  edgesOf[from].push_back(edges.size());
  edges.push_back({to, capacity});
  edgesOf[to].push_back(edges.size());
  edges.push_back({from, 0});
}

/// Numbers the nodes by their distance from the source; whether the sink has
/// one.
bool FlowGraph::computeLevels() {
  levels.assign(edgesOf.size(), -1);
  levels[source] = 0;
  llvm::SmallVector<unsigned> queue = {source};
  for (unsigned i = 0; i < queue.size(); ++i)
    for (unsigned index : edgesOf[queue[i]]) {
      const Edge &edge = edges[index];
      if (edge.capacity == 0 || levels[edge.to] >= 0)
        continue;
      levels[edge.to] = levels[queue[i]] + 1;
      queue.push_back(edge.to);
    }
  return levels[sink] >= 0;
}

/// Pushes up to `limit` from `node` to the sink, and returns how much.
int64_t FlowGraph::push(unsigned node, int64_t limit) {
  if (node == sink)
    return limit;
  for (unsigned &next = nextEdge[node]; next < edgesOf[node].size(); ++next) {
    unsigned index = edgesOf[node][next];
    unsigned to = edges[index].to;
    if (edges[index].capacity == 0 || levels[to] != levels[node] + 1)
      continue;
    int64_t pushed = push(to, std::min(limit, edges[index].capacity));
    if (pushed == 0)
      continue;
    edges[index].capacity -= pushed;
    edges[index ^ 1].capacity += pushed;
    return pushed;
  }
  return 0;
}

llvm::BitVector FlowGraph::computeSinkSide() {
  while (computeLevels()) {
    nextEdge.assign(edgesOf.size(), 0);
    while (push(source, infinite) != 0)
      ;
  }
  llvm::BitVector side(edgesOf.size());
  side.set(sink);
  llvm::SmallVector<unsigned> queue = {sink};
  for (unsigned i = 0; i < queue.size(); ++i)
    for (unsigned index : edgesOf[queue[i]]) {
      unsigned from = edges[index].to;
      if (edges[index ^ 1].capacity == 0 || side.test(from))
        continue;
      side.set(from);
      queue.push_back(from);
    }
  return side;
}
