//===- Report.cpp - What compilation made of a network --------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/Compiler/Report.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Remarks.h"
#include "llvm/Support/FormatVariadic.h"

#include <map>
#include <mutex>

using namespace mlir;
using namespace quant_bnn;
using remark::detail::Remark;

namespace {
/// A product of the network.
struct Layer {
  Location loc;
  /// "linalg.matmul", and "quant_bnn.xnor_matmul" or "floats: reason".
  std::string op, computedBy;
};

/// Something that a pass could not do.
struct Miss {
  Location loc;
  std::string reason;
};

/// The code for one CPU.
struct Version {
  std::string cpu;
  std::vector<Miss> allocations;
};
} // namespace

struct Report::Data {
  void add(const Remark &remark);

  /// Passes run on several functions at once.
  std::mutex mutex;
  std::vector<Layer> layers;
  unsigned numThresholds = 0;
  std::vector<Miss> missedThresholds;
  /// None while passes run that evaluate constants by code of their own.
  std::vector<Version> versions;
  SmallVector<int64_t, 2> constantBytes;
};

static StringRef getMessage(const Remark &remark) {
  for (const Remark::Arg &arg : remark.getArgs())
    if (arg.key == "Remark")
      return arg.val;
  return "";
}

void Report::Data::add(const Remark &remark) {
  using llvm::remarks::Type;
  std::lock_guard<std::mutex> lock(mutex);
  StringRef name = remark.getRemarkName(), message = getMessage(remark);
  Type type = remark.getRemarkType();
  Location loc = remark.getLocation();
  if (name == "binarized" && type == Type::Passed) {
    auto [op, result] = message.split(" became ");
    layers.push_back({loc, op.str(), result.str()});
  } else if (name == "computed-in-floats") {
    auto [op, reason] = message.split(" computes in floats: ");
    layers.push_back({loc, op.str(), ("floats: " + reason).str()});
  } else if (name == "threshold-folded" && type == Type::Passed) {
    ++numThresholds;
  } else if (name == "threshold-folded") {
    missedThresholds.push_back({loc, message.str()});
  } else if (name == "memory-planned" && !versions.empty()) {
    versions.back().allocations.push_back({loc, message.str()});
  }
}

namespace {
class Receiver : public remark::detail::MLIRRemarkStreamerBase {
public:
  using Add = std::function<void(const Remark &)>;
  explicit Receiver(Add add) : add(std::move(add)) {}

  void streamOptimizationRemark(const Remark &remark) override { add(remark); }

private:
  Add add;
};
} // namespace

/// Returns where `loc` is, for people: the name that the front end gave, or the
/// place in a file; or "".
static std::string describe(Location loc) {
  if (auto name = loc->findInstanceOf<NameLoc>())
    return name.getName().str();
  if (auto file = loc->findInstanceOf<FileLineColLoc>())
    return llvm::formatv("{0}:{1}:{2}", file.getFilename().getValue(),
                         file.getLine(), file.getColumn());
  return "";
}

static constexpr StringLiteral orderName = "quant_bnn.order";

/// Adds to `loc` the number of its op, which tells ops of one place apart.
static Location addNumber(Location loc, unsigned number) {
  Builder builder(loc.getContext());
  auto order = builder.getDictionaryAttr(
      builder.getNamedAttr(orderName, builder.getI64IntegerAttr(number)));
  return FusedLoc::get(loc.getContext(), {loc}, order);
}

/// Returns the number that `loc` has, 0 if it has none.
static int64_t getNumber(Location loc) {
  int64_t number = 0;
  loc->walk([&](Location part) {
    auto fused = dyn_cast<FusedLoc>(part);
    auto order = fused ? dyn_cast_or_null<DictionaryAttr>(fused.getMetadata())
                       : DictionaryAttr();
    auto attribute =
        order ? order.getAs<IntegerAttr>(orderName) : IntegerAttr();
    if (!attribute)
      return WalkResult::advance();
    number = attribute.getInt();
    return WalkResult::interrupt();
  });
  return number;
}

/// Gives the structured ops of `module` locations that tell them apart, in the
/// order in which they are.
static void separateLocations(ModuleOp module) {
  unsigned number = 0;
  module.walk([&](linalg::LinalgOp op) {
    op->setLoc(addNumber(op.getLoc(), ++number));
  });
}

FailureOr<Report> Report::start(ModuleOp module) {
  auto data = std::make_shared<Data>();
  auto receiver = std::make_unique<Receiver>(
      [data](const Remark &remark) { data->add(remark); });
  remark::RemarkCategories categories;
  categories.passed = categories.missed = categories.analysis = ".*";
  if (failed(remark::enableOptimizationRemarks(
          *module.getContext(), std::move(receiver),
          std::make_unique<remark::RemarkEmittingPolicyAll>(), categories)))
    return failure();
  separateLocations(module);
  return Report(data);
}

Report::Report(std::shared_ptr<Data> data) : data(std::move(data)) {}
Report::Report(Report &&) = default;
Report::~Report() = default;

void Report::countConstants(ModuleOp module) {
  DenseSet<Attribute> seen;
  int64_t bytes = 0;
  module.walk([&](Operation *op) {
    ElementsAttr constant;
    if (!matchPattern(op, m_Constant(&constant)) ||
        !seen.insert(constant).second ||
        !constant.getElementType().isIntOrFloat())
      return;
    int64_t elements = constant.isSplat() ? 1 : constant.getNumElements();
    bytes += llvm::divideCeil(
        elements * constant.getElementType().getIntOrFloatBitWidth(), 8);
  });
  data->constantBytes.push_back(bytes);
}

void Report::startVersion(StringRef cpu) {
  data->versions.push_back({cpu.str(), {}});
}

//===----------------------------------------------------------------------===//
// Printing
//===----------------------------------------------------------------------===//

/// Returns where op number `number` is, for people.
static std::string describe(Location loc, int64_t number) {
  std::string place = describe(loc);
  return place.empty() ? "op " + std::to_string(number) : place;
}

/// Returns `items` in the order of their ops, as functions are compiled in any
/// order.
template <typename T>
static std::vector<T> sortByLocation(const std::vector<T> &items) {
  std::multimap<int64_t, T> sorted;
  for (const T &item : items)
    sorted.insert({getNumber(item.loc), item});
  auto values = llvm::make_second_range(sorted);
  return {values.begin(), values.end()};
}

static void printMisses(llvm::raw_ostream &stream,
                        const std::vector<Miss> &misses) {
  for (const Miss &miss : sortByLocation(misses))
    stream << "  " << describe(miss.loc, getNumber(miss.loc)) << ": "
           << miss.reason << "\n";
}

void Report::print(llvm::raw_ostream &stream) const {
  SmallVector<std::array<std::string, 3>> rows = {
      {"layer", "op", "computed by"}};
  for (const Layer &layer : sortByLocation(data->layers))
    rows.push_back({describe(layer.loc, getNumber(layer.loc)), layer.op,
                    layer.computedBy});
  size_t widths[2] = {0, 0};
  for (const auto &row : rows)
    for (unsigned i = 0; i < 2; ++i)
      widths[i] = std::max(widths[i], row[i].size());
  for (const auto &row : rows)
    stream << row[0] << std::string(widths[0] - row[0].size() + 2, ' ')
           << row[1] << std::string(widths[1] - row[1].size() + 2, ' ')
           << row[2] << "\n";
  stream << "\nthresholds: " << data->numThresholds << " folded, "
         << data->missedThresholds.size() << " not\n";
  printMisses(stream, data->missedThresholds);
  stream << "constants: ";
  llvm::interleave(data->constantBytes, stream, " bytes, then ");
  stream << " bytes\n";
  for (const auto &[cpu, allocations] : data->versions) {
    stream << "allocations in a call"
           << (data->versions.size() > 1 ? " on " + cpu : "") << ": "
           << allocations.size() << "\n";
    printMisses(stream, allocations);
  }
}
