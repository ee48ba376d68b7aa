//===- BitMatrixKernel.cpp - Popcount contractions on tensor cores --------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A popcount contraction is a product of two bit matrices. The first matrix has
// a row for each iteration of the parallel loops that select words of the
// broadcast operand. The second matrix has a column for each lane. The words of
// a row or column are those that the reduction loops access. The blocks of a
// kernel share the tiles of the output.
//
// mma.sync is convergent, but LLVM does not know this. LLVM does not move
// mma.sync, since LLVM does not know either that mma.sync returns. But LLVM may
// unswitch a loop: it copies the loop for both cases of a branch with an
// invariant condition. A loop with a barrier is not copied.
//
//===----------------------------------------------------------------------===//

#include "../LoopEmission/IndexSpace.h"
#include "BitSums.h"
#include "LinearView.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::map_to_gpu;

static constexpr int64_t warpSize = BitMMAInstruction::warpSize;
static constexpr int64_t groups = BitMMAInstruction::groups;
static constexpr int64_t members = BitMMAInstruction::members;
static constexpr int64_t pieceBits = BitMMAInstruction::pieceBits;
/// The number of steps in workgroup memory: the step that is multiplied, and
/// the next one.
static constexpr int64_t buffers = 2;

namespace {
class BitMatrixKernel {
public:
  BitMatrixKernel(popcount::Contraction contraction, const Options &options);
  void emit();

private:
  using Piece = BitMMAInstruction::Piece;
  /// One of the two matrices.
  struct Matrix {
    LinearView view;
    /// The loops over the rows, and the number of rows.
    SmallVector<unsigned> loops;
    Value size;
    /// Rows of a tile.
    int64_t tileSize;
    /// The workgroup memory with the pieces of a tile, by buffer, row and
    /// member.
    Value memory;
  };
  /// A row of a matrix, of which a thread copies one piece in each step.
  struct Copy {
    const Matrix *matrix;
    /// The index of the first word of the row.
    Value index;
    Value row;
  };

  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(b, value);
  }
  template <typename OpTy>
  Value fold(Value lhs, Value rhs) {
    return b.createOrFold<OpTy>(lhs, rhs);
  }
  void buildIfBelow(Value value, Value limit, llvm::function_ref<void()> body);
  SmallVector<Value> getSizes(ArrayRef<unsigned> loops);
  Value advance(const LinearView &view, Value index, Value position,
                ArrayRef<unsigned> loops);

  Matrix buildMatrix(const popcount::Access &access, ArrayRef<unsigned> loops,
                     int64_t tileSize);
  void emitTile(ValueRange tile);
  void addCopies(const Matrix &matrix, ValueRange batch, Value firstRow,
                 SmallVectorImpl<Copy> &copies);
  SmallVector<Value> loadStep(ArrayRef<Copy> copies, Value step);
  void storeStep(ArrayRef<Copy> copies, ValueRange pieces, Value step);
  SmallVector<Piece> loadPieces(const Matrix &matrix, Value step, Value first,
                                int64_t count);
  void storeSums(const BitSums &sums, ValueRange batch, Value firstRow,
                 Value firstColumn);

  popcount::Contraction contraction;
  const Options &options;
  ImplicitLocOpBuilder b;
  /// By loop.
  SmallVector<Value> sizes;
  Matrix rows, columns;
  LinearView output;
  /// The number of words in a row, and the number of steps over a row.
  Value words, steps;
  int64_t wordsPerPiece;
  /// The number of this thread in its block, its number in its group, and the
  /// number of its group.
  Value thread, member, group;
  /// The first row and the first column of this warp in a tile.
  Value warpRow, warpColumn;
};
} // namespace

//===----------------------------------------------------------------------===//
// Host code
//===----------------------------------------------------------------------===//

BitMatrixKernel::BitMatrixKernel(popcount::Contraction source,
                                 const Options &options)
    : contraction(std::move(source)), options(options),
      b(contraction.op.getLoc(), contraction.op),
      sizes(popcount::buildSizes(b, contraction)) {
  // Warps form a grid with as many rows as columns, or half as many.
  int64_t warps = options.blockSize / warpSize;
  int64_t rowWarps = int64_t(1) << llvm::Log2_64(warps) / 2;
  SmallVector<unsigned> rowLoops = contraction.windows;
  if (contraction.rows)
    rowLoops.push_back(*contraction.rows);
  rows = buildMatrix(contraction.broadcast, rowLoops, rowWarps * BitSums::rows);
  columns = buildMatrix(contraction.packed, contraction.lanes,
                        warps / rowWarps * BitSums::columns);
  output = buildLinearView(b, contraction.output.memref, contraction.output.map,
                           options);
  int64_t wordBits = contraction.getWordType().getWidth();
  wordsPerPiece = pieceBits / wordBits;
  words = index_space::buildProduct(b, getSizes(contraction.reductions));
  steps = fold<arith::CeilDivUIOp>(words, index(wordsPerPiece * members));
}

BitMatrixKernel::Matrix
BitMatrixKernel::buildMatrix(const popcount::Access &access,
                             ArrayRef<unsigned> loops, int64_t tileSize) {
  return {buildLinearView(b, access.memref, access.map, options),
          llvm::to_vector(loops), index_space::buildProduct(b, getSizes(loops)),
          tileSize,
          /*memory=*/Value()};
}

SmallVector<Value> BitMatrixKernel::getSizes(ArrayRef<unsigned> loops) {
  return llvm::map_to_vector(loops, [&](unsigned loop) { return sizes[loop]; });
}

/// Builds `index` in iteration number `position` of `loops`.
Value BitMatrixKernel::advance(const LinearView &view, Value index,
                               Value position, ArrayRef<unsigned> loops) {
  return view.advance(
      b, index, index_space::delinearize(b, position, getSizes(loops)), loops);
}

void BitMatrixKernel::buildIfBelow(Value value, Value limit,
                                   llvm::function_ref<void()> body) {
  Value isBelow =
      arith::CmpIOp::create(b, arith::CmpIPredicate::ult, value, limit);
  auto branch = scf::IfOp::create(b, isBelow);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  body();
}

//===----------------------------------------------------------------------===//
// Pieces of rows
//===----------------------------------------------------------------------===//

/// Adds to `copies` the rows of a tile of which this thread copies pieces.
/// Out-of-range rows load the last row again; their sums are not stored.
void BitMatrixKernel::addCopies(const Matrix &matrix, ValueRange batch,
                                Value firstRow, SmallVectorImpl<Copy> &copies) {
  Value first =
      matrix.view.advance(b, matrix.view.offset, batch, contraction.batches);
  Value last = fold<arith::SubIOp>(matrix.size, index(1));
  Value copier = fold<arith::DivUIOp>(thread, index(members));
  for (int64_t row = 0; row < matrix.tileSize;
       row += options.blockSize / members) {
    Copy copy{&matrix, Value(), fold<arith::AddIOp>(copier, index(row))};
    Value position =
        fold<arith::MinUIOp>(fold<arith::AddIOp>(firstRow, copy.row), last);
    copy.index = advance(matrix.view, first, position, matrix.loops);
    copies.push_back(copy);
  }
}

/// Loads the pieces of `step` that this thread copies. Words past the last one
/// are 0.
SmallVector<Value> BitMatrixKernel::loadStep(ArrayRef<Copy> copies,
                                             Value step) {
  Value piece =
      fold<arith::AddIOp>(fold<arith::MulIOp>(step, index(members)), member);
  Type i64 = b.getI64Type();
  int64_t wordBits = pieceBits / wordsPerPiece;
  SmallVector<Value> pieces(copies.size(),
                            arith::ConstantIntOp::create(b, i64, 0));
  for (int64_t number = 0; number < wordsPerPiece; ++number) {
    Value word = fold<arith::AddIOp>(
        fold<arith::MulIOp>(piece, index(wordsPerPiece)), index(number));
    Value isThere =
        arith::CmpIOp::create(b, arith::CmpIPredicate::ult, word, words);
    auto branch = scf::IfOp::create(b, TypeRange(ValueRange(pieces)), isThere,
                                    /*withElseRegion=*/true);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(branch.elseBlock());
    scf::YieldOp::create(b, pieces);
    b.setInsertionPointToStart(branch.thenBlock());
    for (auto [copy, value] : llvm::zip_equal(copies, pieces)) {
      Value loaded = memref::LoadOp::create(
          b, copy.matrix->view.buffer,
          advance(copy.matrix->view, copy.index, word, contraction.reductions),
          /*nontemporal=*/false, llvm::Align(wordBits / 8));
      if (loaded.getType() != i64)
        loaded = arith::ExtUIOp::create(b, i64, loaded);
      Value shift = arith::ConstantIntOp::create(b, i64, number * wordBits);
      value = fold<arith::OrIOp>(value, fold<arith::ShLIOp>(loaded, shift));
    }
    scf::YieldOp::create(b, pieces);
    pieces = llvm::to_vector_of<Value>(branch.getResults());
  }
  return pieces;
}

void BitMatrixKernel::storeStep(ArrayRef<Copy> copies, ValueRange pieces,
                                Value step) {
  Value buffer = fold<arith::RemUIOp>(step, index(buffers));
  for (auto [copy, piece] : llvm::zip_equal(copies, pieces))
    memref::StoreOp::create(b, piece, copy.matrix->memory,
                            ValueRange{buffer, copy.row, member});
}

/// Loads this thread's pieces of the `count` rows `first` + g, `first` + g + 8
/// and so on, for group g.
SmallVector<BitMatrixKernel::Piece>
BitMatrixKernel::loadPieces(const Matrix &matrix, Value step, Value first,
                            int64_t count) {
  Type i32 = b.getI32Type();
  Value shift = arith::ConstantIntOp::create(b, b.getI64Type(), 32);
  Value buffer = fold<arith::RemUIOp>(step, index(buffers));
  Value groupRow = fold<arith::AddIOp>(first, group);
  SmallVector<Piece> pieces;
  for (int64_t number = 0; number < count; ++number) {
    Value row = fold<arith::AddIOp>(groupRow, index(number * groups));
    Value piece = memref::LoadOp::create(b, matrix.memory,
                                         ValueRange{buffer, row, member});
    Value high = arith::ShRUIOp::create(b, piece, shift);
    pieces.push_back({arith::TruncIOp::create(b, i32, piece),
                      arith::TruncIOp::create(b, i32, high)});
  }
  return pieces;
}

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

/// Stores the outputs of this warp, the first of which is at `firstRow` and
/// `firstColumn`.
void BitMatrixKernel::storeSums(const BitSums &sums, ValueRange batch,
                                Value firstRow, Value firstColumn) {
  constexpr int64_t columnsPerThread = BitMMAInstruction::columnsPerThread;
  Value factor =
      arith::ConstantIntOp::create(b, b.getI32Type(), contraction.factor);
  Value firstOutput =
      output.advance(b, output.offset, batch, contraction.batches);
  Value groupRow = fold<arith::AddIOp>(firstRow, group);
  Value memberColumn = fold<arith::AddIOp>(
      firstColumn, fold<arith::MulIOp>(member, index(columnsPerThread)));

  auto storeSum = [&](Value rowOutput, int64_t row, int64_t column,
                      int64_t part) {
    Value position = fold<arith::AddIOp>(
        memberColumn, index(column * BitMMAInstruction::columns + part));
    buildIfBelow(position, columns.size, [&] {
      Value at = output.advance(b, rowOutput, position, contraction.lanes);
      Value before = contraction.fill
                         ? contraction.fill.getInputs().front()
                         : memref::LoadOp::create(b, output.buffer, at);
      Value multiple =
          fold<arith::MulIOp>(sums.buildDistance(b, row, column, part), factor);
      memref::StoreOp::create(b, arith::AddIOp::create(b, before, multiple),
                              output.buffer, at);
    });
  };
  for (int64_t row = 0; row < BitSums::rowPieces; ++row) {
    Value position = fold<arith::AddIOp>(groupRow, index(row * groups));
    buildIfBelow(position, rows.size, [&] {
      Value rowOutput = advance(output, firstOutput, position, rows.loops);
      for (int64_t column = 0; column < BitSums::columnPieces; ++column)
        for (int64_t part = 0; part < columnsPerThread; ++part)
          storeSum(rowOutput, row, column, part);
    });
  }
}

/// Emits the outputs of `tile`, which holds the iteration of each batch loop,
/// the number of the tile of rows, and the number of the tile of columns.
void BitMatrixKernel::emitTile(ValueRange tile) {
  ValueRange batch = tile.drop_back(2);
  Value firstRow =
      fold<arith::MulIOp>(tile[batch.size()], index(rows.tileSize));
  Value firstColumn = fold<arith::MulIOp>(tile.back(), index(columns.tileSize));
  SmallVector<Copy> copies;
  addCopies(rows, batch, firstRow, copies);
  addCopies(columns, batch, firstColumn, copies);

  Value zero = index(0), one = index(1);
  storeStep(copies, loadStep(copies, zero), zero);
  BitSums sums(b, options.bitMMA);
  SmallVector<Value> carried = sums.getValues();
  size_t sumCount = carried.size();
  llvm::append_range(carried, loadStep(copies, one));
  gpu::BarrierOp::create(b);
  auto loop = scf::ForOp::create(b, zero, steps, one, carried);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    Value step = loop.getInductionVar();
    ValueRange arguments = loop.getRegionIterArgs();
    // A load takes longer than the products of one step.
    SmallVector<Value> loaded =
        loadStep(copies, fold<arith::AddIOp>(step, index(2)));
    sums.setValues(arguments.take_front(sumCount));
    SmallVector<Piece> rowPieces =
        loadPieces(rows, step, warpRow, BitSums::rowPieces);
    SmallVector<Piece> columnPieces =
        loadPieces(columns, step, warpColumn, BitSums::columnPieces);
    sums.accumulate(b, rowPieces, columnPieces);
    storeStep(copies, arguments.drop_front(sumCount),
              fold<arith::AddIOp>(step, one));
    // After the barrier, another step, or the first step of another tile, is
    // stored to the buffer that this step has read.
    gpu::BarrierOp::create(b);
    SmallVector<Value> results = sums.getValues();
    llvm::append_range(results, loaded);
    scf::YieldOp::create(b, results);
  }
  sums.setValues(loop.getResults().take_front(sumCount));
  storeSums(sums, batch, fold<arith::AddIOp>(firstRow, warpRow),
            fold<arith::AddIOp>(firstColumn, warpColumn));
}

void BitMatrixKernel::emit() {
  SmallVector<Value> tiles = getSizes(contraction.batches);
  SmallVector<Type> memoryTypes;
  auto space = gpu::AddressSpaceAttr::get(
      b.getContext(), gpu::GPUDialect::getWorkgroupAddressSpace());
  for (const Matrix *matrix : {&rows, &columns}) {
    tiles.push_back(
        fold<arith::CeilDivUIOp>(matrix->size, index(matrix->tileSize)));
    memoryTypes.push_back(MemRefType::get({buffers, matrix->tileSize, members},
                                          b.getI64Type(),
                                          MemRefLayoutAttrInterface(), space));
  }
  Value count = index_space::buildProduct(b, tiles);
  buildLaunch(
      b, options, limitBlocks(b, count), memoryTypes,
      [&](const Thread &position, ValueRange memories) {
        rows.memory = memories.front();
        columns.memory = memories.back();
        thread = position.thread;
        Value lane = fold<arith::RemUIOp>(thread, index(warpSize));
        Value warp = fold<arith::DivUIOp>(thread, index(warpSize));
        group = fold<arith::DivUIOp>(lane, index(members));
        member = fold<arith::RemUIOp>(lane, index(members));
        Value columnWarps = index(columns.tileSize / BitSums::columns);
        warpRow = fold<arith::MulIOp>(fold<arith::DivUIOp>(warp, columnWarps),
                                      index(BitSums::rows));
        warpColumn = fold<arith::MulIOp>(
            fold<arith::RemUIOp>(warp, columnWarps), index(BitSums::columns));
        auto loop =
            scf::ForOp::create(b, position.block, count, position.blocks);
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPointToStart(loop.getBody());
        emitTile(index_space::delinearize(b, loop.getInductionVar(), tiles));
      });
}

LogicalResult quant_bnn::map_to_gpu::emitBitMatrixKernel(
    const popcount::Contraction &contraction, const Options &options) {
  if (options.bitMMA == BitMMA::None || options.blockSize < warpSize ||
      contraction.getWordType().getWidth() < 32)
    return failure();
  for (const popcount::Access &access :
       {contraction.broadcast, contraction.packed, contraction.output})
    if (!isLinear(access.map))
      return failure();
  BitMatrixKernel(contraction, options).emit();
  return success();
}
