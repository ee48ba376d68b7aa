//===- FunctionPairs.cpp - Forward and backward functions -----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FunctionPairs.h"

using namespace mlir;
using namespace quant_bnn;

//===----------------------------------------------------------------------===//
// Pairs
//===----------------------------------------------------------------------===//

ArrayRef<int64_t> FunctionPair::getResiduals() const {
  return getForward()
      ->getAttrOfType<DenseI64ArrayAttr>(residualsAttrName)
      .asArrayRef();
}

/// Whether the residuals of `forward` are the leading arguments of `backward`,
/// and both functions have one block.
static bool isPair(func::FuncOp forward, func::FuncOp backward) {
  auto residuals = forward->getAttrOfType<DenseI64ArrayAttr>(residualsAttrName);
  if (!residuals || !backward || forward == backward ||
      !llvm::hasSingleElement(forward.getBody()) ||
      !llvm::hasSingleElement(backward.getBody()) ||
      residuals.size() > backward.getNumArguments())
    return false;
  return llvm::all_of(llvm::enumerate(residuals.asArrayRef()), [&](auto entry) {
    return entry.value() >= 0 && entry.value() < forward.getNumResults() &&
           forward.getResultTypes()[entry.value()] ==
               backward.getArgumentTypes()[entry.index()];
  });
}

FunctionPairs::FunctionPairs(ModuleOp module) {
  SymbolTable symbols(module);
  DenseMap<Operation *, unsigned> users;
  for (auto forward : module.getOps<func::FuncOp>()) {
    auto name = forward->getAttrOfType<FlatSymbolRefAttr>(backwardAttrName);
    auto backward =
        name ? symbols.lookup<func::FuncOp>(name.getAttr()) : func::FuncOp();
    if (!isPair(forward, backward))
      continue;
    ++users[backward];
    pairs.emplace_back(forward, backward);
  }
  llvm::erase_if(pairs, [&](const FunctionPair &pair) {
    return users.lookup(pair.getBackward()) > 1;
  });
}

const FunctionPair *FunctionPairs::findByForward(Operation *function) const {
  const auto *it = llvm::find_if(
      pairs, [&](const auto &pair) { return pair.getForward() == function; });
  return it == pairs.end() ? nullptr : it;
}

const FunctionPair *FunctionPairs::findByBackward(Operation *function) const {
  const auto *it = llvm::find_if(
      pairs, [&](const auto &pair) { return pair.getBackward() == function; });
  return it == pairs.end() ? nullptr : it;
}

BlockArgument Residual::getArgument() const {
  func::FuncOp backward = pair->getBackward();
  return backward.getArgument(number);
}

Value Residual::getReturned() const {
  func::FuncOp forward = pair->getForward();
  return forward.getBody().front().getTerminator()->getOperand(getResult());
}

//===----------------------------------------------------------------------===//
// Tracing
//===----------------------------------------------------------------------===//

/// Returns the number of the residual that result `result` of the forward
/// function is, or nullopt if it is not a residual.
static std::optional<unsigned> findResidual(const FunctionPair &pair,
                                            unsigned result) {
  ArrayRef<int64_t> residuals = pair.getResiduals();
  const auto *it = llvm::find(residuals, result);
  if (it == residuals.end())
    return std::nullopt;
  return it - residuals.begin();
}

/// Whether `call` calls `function`.
static bool isCallOf(func::CallOp call, func::FuncOp function) {
  return call && call.getCallee() == function.getName();
}

bool ResidualFlow::contains(const FunctionPair *pair, unsigned number) const {
  return llvm::is_contained(residuals, Residual{pair, number});
}

void ResidualFlow::add(Residual residual) {
  if (!contains(residual.pair, residual.number))
    residuals.push_back(residual);
}

std::optional<Refusal> ResidualFlow::traceForward(const FunctionPairs &pairs,
                                                  Residual residual) {
  const FunctionPair &pair = *residual.pair;
  for (func::CallOp call : calls[&pair].forward)
    for (OpOperand &use : call.getResult(residual.getResult()).getUses()) {
      auto user = dyn_cast<func::CallOp>(use.getOwner());
      if (isCallOf(user, pair.getBackward()) &&
          use.getOperandNumber() == residual.number)
        continue;
      const FunctionPair *caller =
          isa<func::ReturnOp>(use.getOwner())
              ? pairs.findByForward(use.getOwner()->getParentOp())
              : nullptr;
      std::optional<unsigned> number =
          caller ? findResidual(*caller, use.getOperandNumber()) : std::nullopt;
      if (number)
        add({caller, *number});
      else
        return Refusal{use.getOwner()->getLoc(),
                       "a caller uses it for something else than @" +
                           pair.getBackward().getName().str()};
    }
  return std::nullopt;
}

std::optional<Refusal> ResidualFlow::traceBackward(const FunctionPairs &pairs,
                                                   Residual residual) {
  const FunctionPair &pair = *residual.pair;
  for (func::CallOp call : calls[&pair].backward) {
    Value value = call.getOperand(residual.number);
    if (auto result = dyn_cast<OpResult>(value)) {
      if (isCallOf(dyn_cast<func::CallOp>(result.getOwner()),
                   pair.getForward()) &&
          result.getResultNumber() == residual.getResult())
        continue;
    } else if (auto argument = dyn_cast<BlockArgument>(value)) {
      const FunctionPair *caller =
          pairs.findByBackward(argument.getOwner()->getParentOp());
      if (caller && argument.getArgNumber() < caller->getResiduals().size()) {
        add({caller, argument.getArgNumber()});
        continue;
      }
    }
    return Refusal{call.getLoc(), "a caller passes @" +
                                      pair.getBackward().getName().str() +
                                      " a value that is not from a call of @" +
                                      pair.getForward().getName().str()};
  }
  return std::nullopt;
}

/// Checks that pairs that pass the residual on do not use it for anything else.
std::optional<Refusal>
ResidualFlow::checkPassedOn(const FunctionPairs &pairs) const {
  auto isPassedOn = [&](const FunctionPair *callee, unsigned number) {
    return callee && contains(callee, number);
  };
  for (const Residual &residual : llvm::drop_begin(residuals)) {
    Value returned = residual.getReturned();
    auto from = returned.getDefiningOp<func::CallOp>();
    const FunctionPair *callee = nullptr;
    std::optional<unsigned> number;
    for (const FunctionPair &pair : pairs.getPairs())
      if (isCallOf(from, pair.getForward()))
        callee = &pair;
    if (callee)
      number =
          findResidual(*callee, cast<OpResult>(returned).getResultNumber());
    if (!number || !isPassedOn(callee, *number))
      return Refusal{returned.getLoc(),
                     "@" + residual.pair->getForward().getName().str() +
                         " saves it together with something else: inline the "
                         "calls first (--inline)"};
    for (OpOperand &use : residual.getArgument().getUses()) {
      auto user = dyn_cast<func::CallOp>(use.getOwner());
      const FunctionPair *to = nullptr;
      for (const FunctionPair &pair : pairs.getPairs())
        if (isCallOf(user, pair.getBackward()))
          to = &pair;
      if (!isPassedOn(to, use.getOperandNumber()))
        return Refusal{use.getOwner()->getLoc(),
                       "@" + residual.pair->getBackward().getName().str() +
                           " uses it too: inline the calls first (--inline)"};
    }
  }
  return std::nullopt;
}

std::variant<ResidualFlow, Refusal>
ResidualFlow::trace(const FunctionPairs &pairs, Residual origin,
                    ModuleOp module) {
  SymbolTableCollection symbols;
  SymbolUserMap users(symbols, module);
  ResidualFlow flow;
  flow.add(origin);
  // Tracing adds residuals of callers.
  for (unsigned i = 0; i < flow.residuals.size(); ++i) {
    Residual residual = flow.residuals[i];
    const FunctionPair *pair = residual.pair;
    auto [entry, isNew] = flow.calls.insert({pair, Calls()});
    if (isNew) {
      func::FuncOp forward = pair->getForward();
      for (bool isForward : {true, false})
        for (Operation *user : users.getUsers(
                 isForward ? pair->getForward() : pair->getBackward())) {
          auto call = dyn_cast<func::CallOp>(user);
          if (call)
            (isForward ? entry->second.forward : entry->second.backward)
                .push_back(call);
          else if (isForward || user != forward)
            return Refusal{user->getLoc(),
                           "a function of its pair is used other than by a "
                           "call"};
        }
    }
    if (std::optional<Refusal> refusal = flow.traceForward(pairs, residual))
      return *refusal;
    if (std::optional<Refusal> refusal = flow.traceBackward(pairs, residual))
      return *refusal;
  }
  if (std::optional<Refusal> refusal = flow.checkPassedOn(pairs))
    return *refusal;
  return flow;
}

//===----------------------------------------------------------------------===//
// Replacing
//===----------------------------------------------------------------------===//

namespace {
/// The values that replace each residual value of a flow.
using Expansion = DenseMap<Value, SmallVector<Value>>;

/// The new results of the forward function and arguments of the backward
/// function of a pair: each entry is an old one, by index, or its replacement.
struct Layout {
  struct Entry {
    unsigned old;
    bool isReplaced;
    bool isResidual;
  };
  SmallVector<Entry> results, arguments;
};
} // namespace

static Layout getLayout(const FunctionPair &pair,
                        llvm::function_ref<bool(unsigned)> isReplaced) {
  Layout layout;
  for (unsigned result = 0; result < pair.getForward().getNumResults();
       ++result) {
    std::optional<unsigned> number = findResidual(pair, result);
    layout.results.push_back(
        {result, number && isReplaced(*number), number.has_value()});
  }
  unsigned numResiduals = pair.getResiduals().size();
  for (unsigned number = 0; number < pair.getBackward().getNumArguments();
       ++number)
    layout.arguments.push_back({number,
                                number < numResiduals && isReplaced(number),
                                number < numResiduals});
  return layout;
}

/// Builds a list from `entries`: `keep` of an entry that stays, and the
/// elements of `replace` of an entry that is replaced.
template <typename T, typename Keep, typename Replace>
static SmallVector<T> layOut(ArrayRef<Layout::Entry> entries, Keep keep,
                             Replace replace) {
  SmallVector<T> list;
  for (Layout::Entry entry : entries) {
    if (entry.isReplaced)
      llvm::append_range(list, replace(entry.old));
    else
      list.push_back(keep(entry.old));
  }
  return list;
}

static func::CallOp rebuildCall(func::CallOp call, TypeRange types,
                                ValueRange operands) {
  OpBuilder builder(call);
  auto rebuilt = func::CallOp::create(builder, call.getLoc(),
                                      call.getCalleeAttr(), types, operands);
  rebuilt->setDiscardableAttrs(call->getDiscardableAttrDictionary());
  rebuilt.setNoInline(call.getNoInline());
  return rebuilt;
}

/// Rebuilds the returned values, result types and result attributes of
/// `function` by `layout`. `expand` returns the values that replace an old
/// result, which have `newTypes`.
static void rebuildResults(func::FuncOp function,
                           ArrayRef<Layout::Entry> layout, TypeRange newTypes,
                           llvm::function_ref<ValueRange(unsigned)> expand) {
  Operation *terminator = function.getBody().front().getTerminator();
  SmallVector<Value> values = layOut<Value>(
      layout, [&](unsigned old) { return terminator->getOperand(old); },
      expand);
  SmallVector<DictionaryAttr> attrs = layOut<DictionaryAttr>(
      layout, [&](unsigned old) { return function.getResultAttrDict(old); },
      [&](unsigned) {
        return SmallVector<DictionaryAttr>(
            newTypes.size(), DictionaryAttr::get(function.getContext()));
      });
  terminator->setOperands(values);
  function.setType(FunctionType::get(function.getContext(),
                                     function.getArgumentTypes(),
                                     ValueRange(values).getTypes()));
  function.setAllResultAttrs(attrs);
}

void ResidualFlow::replace(
    ValueRange values, llvm::function_ref<void(ValueRange)> rewriteBackward) {
  SmallVector<Type> newTypes(values.getTypes());
  Expansion expansion;
  SmallVector<func::CallOp> oldCalls;
  SmallVector<BlockArgument> oldArguments;
  SmallVector<Layout> layouts;
  const Residual origin = residuals.front();
  const int64_t originResult = origin.getResult();
  auto layOutTypes = [&](ArrayRef<Layout::Entry> layout, TypeRange old) {
    return layOut<Type>(
        layout, [&](unsigned index) { return old[index]; },
        [&](unsigned) { return newTypes; });
  };
  for (auto &[pair, pairCalls] : calls)
    layouts.push_back(getLayout(*pair, [&, pair = pair](unsigned number) {
      return contains(pair, number);
    }));

  // Rebuild the calls of the forward functions, with new results.
  for (auto [layout, entry] : llvm::zip_equal(layouts, calls)) {
    func::FuncOp forward = entry.first->getForward();
    SmallVector<Type> types =
        layOutTypes(layout.results, forward.getResultTypes());
    for (func::CallOp call : entry.second.forward) {
      func::CallOp rebuilt = rebuildCall(call, types, call.getOperands());
      unsigned next = 0;
      for (Layout::Entry result : layout.results) {
        if (!result.isReplaced) {
          call.getResult(result.old)
              .replaceAllUsesWith(rebuilt.getResult(next++));
          continue;
        }
        expansion[call.getResult(result.old)] = llvm::to_vector_of<Value>(
            rebuilt.getResults().slice(next, newTypes.size()));
        next += newTypes.size();
      }
      oldCalls.push_back(call);
    }
  }

  // Rebuild the arguments of the backward functions.
  SmallVector<Value> originArguments;
  for (auto [layout, entry] : llvm::zip_equal(layouts, calls)) {
    func::FuncOp backward = entry.first->getBackward();
    Block &body = backward.getBody().front();
    SmallVector<DictionaryAttr> attrs;
    SmallVector<BlockArgument> old(body.getArguments());
    for (Layout::Entry argument : layout.arguments) {
      BlockArgument oldArgument = old[argument.old];
      if (!argument.isReplaced) {
        oldArgument.replaceAllUsesWith(
            body.addArgument(oldArgument.getType(), oldArgument.getLoc()));
        attrs.push_back(backward.getArgAttrDict(argument.old));
        continue;
      }
      SmallVector<Value> &parts = expansion[oldArgument];
      for (Type type : newTypes)
        parts.push_back(body.addArgument(type, oldArgument.getLoc()));
      attrs.append(newTypes.size(), DictionaryAttr::get(backward.getContext()));
      if (origin == Residual{entry.first, argument.old})
        originArguments = parts;
    }
    oldArguments.append(old);
    SmallVector<Type> types =
        layOutTypes(layout.arguments, backward.getArgumentTypes());
    backward.setType(FunctionType::get(backward.getContext(), types,
                                       backward.getResultTypes()));
    backward.setAllArgAttrs(attrs);
  }

  // Rebuild the calls of the backward functions, with new operands.
  for (auto [layout, entry] : llvm::zip_equal(layouts, calls))
    for (func::CallOp call : entry.second.backward) {
      SmallVector<Value> operands = layOut<Value>(
          layout.arguments, [&](unsigned old) { return call.getOperand(old); },
          [&](unsigned old) { return expansion.at(call.getOperand(old)); });
      func::CallOp rebuilt = rebuildCall(call, call.getResultTypes(), operands);
      call.replaceAllUsesWith(rebuilt);
      call.erase();
    }

  // Rebuild the results of the forward functions.
  rewriteBackward(originArguments);
  for (auto [layout, entry] : llvm::zip_equal(layouts, calls)) {
    func::FuncOp forward = entry.first->getForward();
    SmallVector<int64_t> indices;
    unsigned next = 0;
    for (Layout::Entry result : layout.results) {
      unsigned count = result.isReplaced ? newTypes.size() : 1;
      for (unsigned part = 0; part < count; ++part, ++next)
        if (result.isResidual)
          indices.push_back(next);
    }
    Operation *terminator = forward.getBody().front().getTerminator();
    bool isOrigin = entry.first == origin.pair;
    rebuildResults(forward, layout.results, newTypes,
                   [&](unsigned old) -> ValueRange {
                     if (isOrigin && old == originResult)
                       return values;
                     return expansion.at(terminator->getOperand(old));
                   });
    forward->setAttr(residualsAttrName,
                     DenseI64ArrayAttr::get(forward.getContext(), indices));
  }

  // The old results and arguments are not used any more.
  for (func::CallOp call : oldCalls)
    call.erase();
  for (BlockArgument argument : llvm::reverse(oldArguments))
    argument.getOwner()->eraseArgument(argument.getArgNumber());
}
