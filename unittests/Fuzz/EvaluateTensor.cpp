//===- EvaluateTensor.cpp - Evaluation of tensor --------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace quant_bnn::fuzz;

using Stop = Evaluator::Stop;

/// Returns the shape of `type`, in which `dynamic` gives the dynamic sizes in
/// order.
static SmallVector<int64_t> getShape(Evaluator &evaluator, Type type,
                                     ValueRange dynamic) {
  SmallVector<int64_t> shape(cast<RankedTensorType>(type).getShape());
  for (int64_t &size : shape)
    if (ShapedType::isDynamic(size)) {
      size = evaluator.getIndex(dynamic.front());
      dynamic = dynamic.drop_front();
    }
  for (int64_t size : shape)
    if (size < 0)
      evaluator.setStop(Stop::Undefined, "a negative extent");
  return evaluator.isStopped() ? SmallVector<int64_t>() : shape;
}

/// Returns `sizes` without the unit extents that `reduced` does not have.
static SmallVector<int64_t> dropUnitDims(ArrayRef<int64_t> sizes,
                                         RankedTensorType full,
                                         RankedTensorType reduced) {
  SmallVector<int64_t> shape;
  auto dropped = computeRankReductionMask(full.getShape(), reduced.getShape());
  for (auto [i, size] : llvm::enumerate(sizes))
    if (!dropped || !dropped->contains(i))
      shape.push_back(size);
  return shape;
}

static SmallVector<int64_t> getPosition(Evaluator &evaluator,
                                        ValueRange values) {
  SmallVector<int64_t> position;
  for (Value value : values)
    position.push_back(evaluator.getIndex(value));
  return position;
}

static Data slice(Evaluator &evaluator, const Data &source,
                  ArrayRef<int64_t> offsets, ArrayRef<int64_t> sizes,
                  ArrayRef<int64_t> strides) {
  for (auto [offset, size, stride, extent] :
       llvm::zip_equal(offsets, sizes, strides, source.shape))
    if (size < 0 || offset < 0 || offset > extent ||
        (size > 0 && offset + (size - 1) * stride >= extent)) {
      evaluator.setStop(Stop::Undefined, "a slice outside of a tensor");
      return source;
    }
  Data result(source.type, sizes);
  size_t next = 0;
  visitPositions(sizes, [&](ArrayRef<int64_t> position) {
    SmallVector<int64_t> from(position);
    for (auto [index, offset, stride] : llvm::zip_equal(from, offsets, strides))
      index = offset + index * stride;
    if (auto place = source.getOffset(from))
      result.elements[next++] = source.elements[*place];
    else
      evaluator.setStop(Stop::Undefined, "a slice outside of a tensor");
  });
  return result;
}

static Data concat(Evaluator &evaluator, ArrayRef<const Data *> sources,
                   int64_t dim) {
  SmallVector<int64_t> shape(ArrayRef(sources.front()->shape));
  shape[dim] = 0;
  for (const Data *source : sources) {
    shape[dim] += source->shape[dim];
    for (int64_t i = 0, end = shape.size(); i < end; ++i)
      if (i != dim && shape[i] != source->shape[i])
        evaluator.setStop(Stop::Undefined,
                          "a concatenation of different shapes");
  }
  Data result(sources.front()->type, shape);
  if (evaluator.isStopped())
    return result;
  int64_t start = 0;
  for (const Data *source : sources) {
    size_t next = 0;
    visitPositions(source->shape, [&](ArrayRef<int64_t> position) {
      SmallVector<int64_t> to(position);
      to[dim] += start;
      result.elements[*result.getOffset(to)] = source->elements[next++];
    });
    start += source->shape[dim];
  }
  return result;
}

/// Returns the elements of `source` in the shape `shape`.
static Data reshape(Evaluator &evaluator, const Data &source,
                    ArrayRef<int64_t> shape) {
  Data result = source;
  result.shape.assign(shape.begin(), shape.end());
  int64_t size = 1;
  for (int64_t extent : shape)
    size *= extent;
  if (size != int64_t(source.elements.size()))
    evaluator.setStop(Stop::Undefined,
                      "a reshape to another number of elements");
  return result;
}

static void evaluatePad(Evaluator &evaluator, tensor::PadOp op) {
  const Data source = evaluator.get(op.getSource());
  SmallVector<int64_t> low = evaluator.getIndices(op.getMixedLowPad());
  SmallVector<int64_t> high = evaluator.getIndices(op.getMixedHighPad());
  SmallVector<int64_t> shape;
  for (auto [extent, before, after] :
       llvm::zip_equal(source.shape, low, high)) {
    shape.push_back(extent + before + after);
    if (shape.back() < 0 || before < 0 || after < 0)
      evaluator.setStop(Stop::Undefined, "a negative extent");
  }
  if (evaluator.isStopped())
    return;
  Data result(source.type, shape);
  size_t next = 0;
  visitPositions(shape, [&](ArrayRef<int64_t> position) {
    if (evaluator.isStopped())
      return;
    Element &element = result.elements[next++];
    SmallVector<int64_t> from;
    SmallVector<Data> arguments;
    for (auto [index, before] : llvm::zip_equal(position, low)) {
      from.push_back(index - before);
      arguments.push_back(Data::ofIndex(op.getContext(), index));
    }
    if (auto place = source.getOffset(from)) {
      element = source.elements[*place];
      return;
    }
    SmallVector<Value> yielded =
        evaluator.run(op.getRegion().front(), arguments);
    if (!evaluator.isStopped())
      element = evaluator.get(yielded[0]).elements.front();
  });
  evaluator.set(op, std::move(result));
}

static void evaluateGenerate(Evaluator &evaluator, tensor::GenerateOp op) {
  Data result(op.getType().getElementType(),
              getShape(evaluator, op.getType(), op.getDynamicExtents()));
  size_t next = 0;
  visitPositions(result.shape, [&](ArrayRef<int64_t> position) {
    if (evaluator.isStopped())
      return;
    SmallVector<Data> arguments;
    for (int64_t index : position)
      arguments.push_back(Data::ofIndex(op.getContext(), index));
    SmallVector<Value> yielded = evaluator.run(op.getBody().front(), arguments);
    if (!evaluator.isStopped())
      result.elements[next++] = evaluator.get(yielded[0]).elements.front();
  });
  evaluator.set(op, std::move(result));
}

static void evaluateInsertSlice(Evaluator &evaluator,
                                tensor::InsertSliceOp op) {
  Data result = evaluator.get(op.getDest());
  const Data &source = evaluator.get(op.getSource());
  SmallVector<int64_t> offsets = evaluator.getIndices(op.getMixedOffsets());
  SmallVector<int64_t> sizes = evaluator.getIndices(op.getMixedSizes());
  SmallVector<int64_t> strides = evaluator.getIndices(op.getMixedStrides());
  int64_t size = 1;
  for (int64_t extent : sizes)
    size *= extent;
  if (size != int64_t(source.elements.size()))
    evaluator.setStop(Stop::Undefined, "a slice of another size");
  size_t next = 0;
  visitPositions(sizes, [&](ArrayRef<int64_t> position) {
    SmallVector<int64_t> to(position);
    for (auto [index, offset, stride] : llvm::zip_equal(to, offsets, strides))
      index = offset + index * stride;
    auto place = result.getOffset(to);
    if (!place)
      evaluator.setStop(Stop::Undefined, "a slice outside of a tensor");
    if (!evaluator.isStopped())
      result.elements[*place] = source.elements[next++];
  });
  evaluator.set(op, std::move(result));
}

static void evaluateCollapse(Evaluator &evaluator, tensor::CollapseShapeOp op) {
  const Data &source = evaluator.get(op.getSrc());
  SmallVector<int64_t> shape;
  for (ArrayRef<int64_t> group : op.getReassociationIndices()) {
    shape.push_back(1);
    for (int64_t dim : group)
      shape.back() *= source.shape[dim];
  }
  evaluator.set(op, reshape(evaluator, source, shape));
}

bool quant_bnn::fuzz::evaluateTensor(Evaluator &evaluator, Operation *op) {
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case([&](ub::PoisonOp op) {
        auto shaped = dyn_cast<ShapedType>(op.getType());
        if (shaped && !shaped.hasStaticShape())
          return false;
        evaluator.set(op, Data(getElementTypeOrSelf(op.getType()),
                               shaped ? shaped.getShape() : ArrayRef<int64_t>(),
                               Element::undefined()));
        return true;
      })
      .Case([&](tensor::EmptyOp op) {
        evaluator.set(
            op, Data(op.getType().getElementType(),
                     getShape(evaluator, op.getType(), op.getDynamicSizes())));
        return true;
      })
      .Case([&](tensor::SplatOp op) {
        evaluator.set(
            op, Data(op.getType().getElementType(),
                     getShape(evaluator, op.getType(), op.getDynamicSizes()),
                     evaluator.get(op.getInput()).elements.front()));
        return true;
      })
      .Case([&](tensor::FromElementsOp op) {
        Data result(op.getType().getElementType(), op.getType().getShape());
        for (auto [element, value] :
             llvm::zip_equal(result.elements, op.getElements()))
          element = evaluator.get(value).elements.front();
        evaluator.set(op, std::move(result));
        return true;
      })
      .Case([&](tensor::DimOp op) {
        const Data &source = evaluator.get(op.getSource());
        int64_t dim = evaluator.getIndex(op.getIndex());
        if (dim < 0 || dim >= source.getRank())
          evaluator.setStop(Stop::Undefined, "tensor.dim of no dimension");
        else
          evaluator.set(op, Data::ofIndex(op.getContext(), source.shape[dim]));
        return true;
      })
      .Case([&](tensor::RankOp op) {
        evaluator.set(op,
                      Data::ofIndex(op.getContext(),
                                    evaluator.get(op.getTensor()).getRank()));
        return true;
      })
      .Case([&](tensor::CastOp op) {
        Data data = evaluator.get(op.getSource());
        auto type = dyn_cast<RankedTensorType>(op.getType());
        if (!type)
          return false;
        if (failed(verifyCompatibleShape(type.getShape(), data.shape)))
          evaluator.setStop(Stop::Undefined, "a cast to another shape");
        evaluator.set(op, std::move(data));
        return true;
      })
      .Case([&](tensor::ExtractOp op) {
        const Data &source = evaluator.get(op.getTensor());
        auto offset = source.getOffset(getPosition(evaluator, op.getIndices()));
        if (!offset)
          evaluator.setStop(Stop::Undefined, "tensor.extract out of bounds");
        else
          evaluator.set(op, Data(source.type, source.elements[*offset]));
        return true;
      })
      .Case([&](tensor::InsertOp op) {
        Data result = evaluator.get(op.getDest());
        auto offset = result.getOffset(getPosition(evaluator, op.getIndices()));
        if (!offset)
          evaluator.setStop(Stop::Undefined, "tensor.insert out of bounds");
        else
          result.elements[*offset] =
              evaluator.get(op.getScalar()).elements.front();
        evaluator.set(op, std::move(result));
        return true;
      })
      .Case([&](tensor::ExtractSliceOp op) {
        const Data source = evaluator.get(op.getSource());
        SmallVector<int64_t> sizes = evaluator.getIndices(op.getMixedSizes());
        Data result =
            slice(evaluator, source, evaluator.getIndices(op.getMixedOffsets()),
                  sizes, evaluator.getIndices(op.getMixedStrides()));
        result.shape.assign(
            dropUnitDims(sizes,
                         tensor::ExtractSliceOp::inferResultType(
                             op.getSourceType(), op.getMixedSizes()),
                         op.getType()));
        evaluator.set(op, std::move(result));
        return true;
      })
      .Case([&](tensor::InsertSliceOp op) {
        evaluateInsertSlice(evaluator, op);
        return true;
      })
      .Case([&](tensor::PadOp op) {
        evaluatePad(evaluator, op);
        return true;
      })
      .Case([&](tensor::GenerateOp op) {
        evaluateGenerate(evaluator, op);
        return true;
      })
      .Case([&](tensor::ConcatOp op) {
        SmallVector<const Data *> sources;
        for (Value input : op.getInputs())
          sources.push_back(&evaluator.get(input));
        evaluator.set(op, concat(evaluator, sources, op.getDim()));
        return true;
      })
      .Case([&](tensor::CollapseShapeOp op) {
        evaluateCollapse(evaluator, op);
        return true;
      })
      .Case([&](tensor::ExpandShapeOp op) {
        SmallVector<int64_t> shape =
            evaluator.getIndices(op.getMixedOutputShape());
        evaluator.set(op,
                      reshape(evaluator, evaluator.get(op.getSrc()), shape));
        return true;
      })
      .Case([&](tensor::ReshapeOp op) {
        SmallVector<int64_t> shape;
        for (const Element &element : evaluator.get(op.getShape()).elements)
          shape.push_back(element.integer);
        evaluator.set(op,
                      reshape(evaluator, evaluator.get(op.getSource()), shape));
        return true;
      })
      .Default([](Operation *) { return false; });
}
