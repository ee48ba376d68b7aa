//===- MinimumCut.cpp - Minimum cut of a graph ----------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Dinic's algorithm: augments along shortest paths, all of one length at a
// time.
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

/// Numbers the nodes by their distance from the source. Returns whether the
/// sink can be reached.
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

/// Pushes as much flow as one path to the sink takes. Returns whether there is
/// a path.
bool FlowGraph::augment() {
  llvm::SmallVector<unsigned> path;
  unsigned node = source;
  while (node != sink) {
    unsigned &next = nextEdge[node];
    if (next < edgesOf[node].size()) {
      unsigned index = edgesOf[node][next];
      const Edge &edge = edges[index];
      if (edge.capacity != 0 && levels[edge.to] == levels[node] + 1) {
        path.push_back(index);
        node = edge.to;
      } else {
        ++next;
      }
      continue;
    }
    if (path.empty())
      return false;
    node = edges[path.pop_back_val() ^ 1].to;
    ++nextEdge[node];
  }
  int64_t pushed = infinite;
  for (unsigned index : path)
    pushed = std::min(pushed, edges[index].capacity);
  for (unsigned index : path) {
    edges[index].capacity -= pushed;
    edges[index ^ 1].capacity += pushed;
  }
  return true;
}

llvm::BitVector FlowGraph::computeSinkSide() {
  while (computeLevels()) {
    nextEdge.assign(edgesOf.size(), 0);
    while (augment())
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
