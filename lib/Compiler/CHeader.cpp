//===- CHeader.cpp - The C header of a library ----------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/Compiler/CHeader.h"

#include "mlir/IR/TypeUtilities.h"
#include "quant-bnn/Version.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace quant_bnn;

namespace {

/// A value, by the names that it has in the header.
struct NamedValue {
  SignatureValue value;
  std::string name;

  std::string getExtentName(unsigned dim) const {
    return name + "_size" + std::to_string(dim);
  }
};

/// Writes the part of a header for one function.
class FunctionWriter {
public:
  FunctionWriter(llvm::raw_ostream &stream, const LibraryFunction &function);

  void write();

private:
  void writeComment();
  void writeValueComment(const NamedValue &value, bool isResult);
  void writeResultStruct();
  void writePrototypes();
  void writeInlineFunction();
  void writeArray(const NamedValue &value, bool isConst);

  /// Whether the function only reads parameter `i`.
  bool isConst(const NamedValue &value, size_t i) const {
    return i < numArguments && !value.value.isWritable;
  }

  /// Writes `parts`, separated by commas, or void if there is none.
  void writeParameters(ArrayRef<std::string> parts);

  /// Returns the arguments, or the results that are arrays.
  SmallVector<NamedValue> getParameters() const;

  /// Returns the parameters of the size of the workspace with their types, or
  /// only their names.
  SmallVector<std::string> getWorkspaceNumbers(bool withTypes) const;

  /// Returns the type of what the functions return.
  std::string getReturnType() const;

  llvm::raw_ostream &stream;
  const LibraryFunction &function;
  SmallVector<NamedValue> values;
  size_t numArguments;
};

} // namespace

/// Returns the type in C of an element in memory.
static std::string getElementType(const SignatureValue &value) {
  Type type = getElementTypeOrSelf(value.type);
  if (type.isF32())
    return "float";
  if (type.isF64())
    return "double";
  if (type.isInteger(1))
    return "bool";
  unsigned bits = 8 * value.elementType.size;
  bool isUnsigned = isa<FloatType>(type) || value.elementType.kind == 'u';
  return (Twine(isUnsigned ? "uint" : "int") + Twine(bits) + "_t").str();
}

/// Returns the type in C of a scalar in a call.
static std::string getScalarType(const SignatureValue &value) {
  return value.type.isF16() ? "_Float16" : getElementType(value);
}

static std::string getArrayType(size_t rank) {
  return "struct quant_bnn_array_" + std::to_string(rank);
}

FunctionWriter::FunctionWriter(llvm::raw_ostream &stream,
                               const LibraryFunction &function)
    : stream(stream), function(function),
      numArguments(function.signature.arguments.size()) {
  for (auto [i, value] : llvm::enumerate(function.getValues())) {
    bool isResult = i >= numArguments;
    values.push_back({value, isResult ? "result" + Twine(i - numArguments).str()
                                      : "arg" + Twine(i).str()});
  }
}

SmallVector<NamedValue> FunctionWriter::getParameters() const {
  SmallVector<NamedValue> parameters;
  for (auto [i, value] : llvm::enumerate(values))
    if (i < numArguments || value.value.isArray)
      parameters.push_back(value);
  return parameters;
}

SmallVector<std::string>
FunctionWriter::getWorkspaceNumbers(bool withTypes) const {
  SmallVector<std::string> names;
  for (const WorkspaceNumber &number :
       quant_bnn::getWorkspaceNumbers(function)) {
    const NamedValue &value = values[number.value];
    names.push_back(
        (withTypes ? "int64_t " : "") +
        (number.dim ? value.getExtentName(*number.dim) : value.name));
  }
  return names;
}

std::string FunctionWriter::getReturnType() const {
  SmallVector<SignatureValue> scalars = function.getScalarResults();
  if (scalars.empty())
    return "void";
  if (scalars.size() == 1)
    return getScalarType(scalars.front());
  return "struct " + function.name + "_results";
}

void FunctionWriter::writeParameters(ArrayRef<std::string> parts) {
  stream << "(";
  if (parts.empty())
    stream << "void";
  llvm::interleave(parts, stream, ",\n    ");
  stream << ")";
}

void FunctionWriter::writeValueComment(const NamedValue &value, bool isResult) {
  Type type = getElementTypeOrSelf(value.value.type);
  stream << " *  " << value.name << ": " << type;
  if (!value.value.isArray) {
    stream << ", " << (isResult ? "returned" : "a scalar") << "\n";
    return;
  }
  stream << " [";
  llvm::interleave(
      llvm::enumerate(value.value.shape), stream,
      [&](auto dim) {
        if (ShapedType::isDynamic(dim.value()))
          stream << value.getExtentName(dim.index());
        else
          stream << dim.value();
      },
      ", ");
  stream << "]" << (isResult ? ", written" : "");
  if (!isResult && value.value.isWritable)
    stream << ", may be written";
  stream << "\n";
}

void FunctionWriter::writeComment() {
  stream << "\n/** @" << function.name << ": " << function.type << "\n *\n";
  for (auto [i, value] : llvm::enumerate(values))
    writeValueComment(value, i >= numArguments);
  if (function.hasWorkspace)
    stream << " *  workspace: " << function.getWorkspaceSizeName()
           << " bytes, aligned to 64\n";
  stream << " */\n";
}

void FunctionWriter::writeResultStruct() {
  if (function.getScalarResults().size() < 2)
    return;
  stream << getReturnType() << " {\n";
  for (const NamedValue &value : values)
    if (!value.value.isArray && StringRef(value.name).starts_with("result"))
      stream << "  " << getScalarType(value.value) << " " << value.name
             << ";\n";
  stream << "};\n";
}

void FunctionWriter::writePrototypes() {
  if (function.hasWorkspace) {
    stream << "int64_t " << function.getWorkspaceSizeName();
    writeParameters(getWorkspaceNumbers(/*withTypes=*/true));
    stream << ";\n";
  }
  SmallVector<std::string> parameters;
  bool returnsStruct = function.getScalarResults().size() > 1;
  if (returnsStruct)
    parameters.push_back(getReturnType() + " *results");
  for (const NamedValue &value : getParameters())
    parameters.push_back(value.value.isArray
                             ? getArrayType(value.value.shape.size()) + " *" +
                                   value.name
                             : getScalarType(value.value) + " " + value.name);
  if (function.hasWorkspace)
    parameters.push_back(getArrayType(1) + " *workspace");
  stream << (returnsStruct ? "void" : getReturnType()) << " "
         << function.getWrapperName();
  writeParameters(parameters);
  stream << ";\n";
}

/// Writes the descriptor of the array that `value` points to.
void FunctionWriter::writeArray(const NamedValue &value, bool isConst) {
  ArrayRef<int64_t> shape = value.value.shape;
  // A cast to an integer removes const without a warning.
  std::string pointer = (isConst ? "(void *)(uintptr_t)" : "") + value.name;
  stream << "  " << getArrayType(shape.size()) << " " << value.name
         << "_array = {\n      " << pointer << ", " << pointer << ", 0";
  if (shape.empty()) {
    stream << "};\n";
    return;
  }
  auto extents = llvm::map_to_vector(llvm::enumerate(shape), [&](auto dim) {
    return ShapedType::isDynamic(dim.value()) ? value.getExtentName(dim.index())
                                              : std::to_string(dim.value());
  });
  stream << ",\n      {" << llvm::join(extents, ", ") << "},\n      {";
  // The stride of a dimension is the product of the extents after it.
  for (size_t dim = 0; dim < extents.size(); ++dim) {
    ArrayRef<std::string> inner = ArrayRef(extents).drop_front(dim + 1);
    stream << (dim ? ", " : "")
           << (inner.empty() ? "1" : llvm::join(inner, " * "));
  }
  stream << "}};\n";
}

void FunctionWriter::writeInlineFunction() {
  SmallVector<std::string> parameters, operands;
  bool returnsStruct = function.getScalarResults().size() > 1;
  if (returnsStruct)
    operands.push_back("&results");
  for (auto [i, value] : llvm::enumerate(getParameters())) {
    if (!value.value.isArray) {
      parameters.push_back(getScalarType(value.value) + " " + value.name);
      operands.push_back(value.name);
      continue;
    }
    parameters.push_back((isConst(value, i) ? "const " : "") +
                         getElementType(value.value) + " *" + value.name);
    for (auto [dim, extent] : llvm::enumerate(value.value.shape))
      if (ShapedType::isDynamic(extent))
        parameters.push_back("int64_t " + value.getExtentName(dim));
    operands.push_back("&" + value.name + "_array");
  }
  if (function.hasWorkspace) {
    parameters.push_back("void *workspace");
    operands.push_back("&workspace_array");
  }
  std::string returnType = getReturnType();
  stream << "static inline " << returnType << " " << function.name;
  writeParameters(parameters);
  stream << " {\n";
  for (auto [i, value] : llvm::enumerate(getParameters()))
    if (value.value.isArray)
      writeArray(value, isConst(value, i));
  if (function.hasWorkspace)
    stream << "  " << getArrayType(1)
           << " workspace_array = {\n      workspace, workspace, 0,\n      {"
           << function.getWorkspaceSizeName() << "("
           << llvm::join(getWorkspaceNumbers(/*withTypes=*/false),
                         ",\n          ")
           << ")},\n      {1}};\n";
  if (returnsStruct)
    stream << "  " << returnType << " results;\n";
  stream << "  " << (returnType == "void" || returnsStruct ? "" : "return ")
         << function.getWrapperName() << "("
         << llvm::join(operands, ",\n      ") << ");\n";
  if (returnsStruct)
    stream << "  return results;\n";
  stream << "}\n";
}

void FunctionWriter::write() {
  writeComment();
  writeResultStruct();
  writePrototypes();
  writeInlineFunction();
}

/// Returns the ranks of the arrays that `functions` take.
static SmallVector<size_t> getRanks(ArrayRef<LibraryFunction> functions) {
  SmallVector<size_t> ranks;
  for (const LibraryFunction &function : functions) {
    if (function.hasWorkspace)
      ranks.push_back(1);
    for (const SignatureValue &value : function.getValues())
      if (value.isArray)
        ranks.push_back(value.shape.size());
  }
  llvm::sort(ranks);
  ranks.erase(llvm::unique(ranks), ranks.end());
  return ranks;
}

static void writeArrayStruct(llvm::raw_ostream &stream, size_t rank) {
  stream << "#ifndef QUANT_BNN_ARRAY_" << rank << "\n#define QUANT_BNN_ARRAY_"
         << rank << "\n"
         << getArrayType(rank)
         << " {\n  void *allocated;\n  void *aligned;\n  int64_t offset;\n";
  if (rank != 0)
    stream << "  int64_t sizes[" << rank << "];\n  int64_t strides[" << rank
           << "];\n";
  stream << "};\n#endif\n";
}

/// Returns the include guard of a header at `path`.
static std::string getGuard(StringRef path) {
  std::string guard = llvm::sys::path::filename(path).upper();
  for (char &c : guard)
    if (!llvm::isAlnum(c))
      c = '_';
  // A name that begins with a digit or an underscore is none for us.
  return "QUANT_BNN_LIBRARY_" + guard;
}

void quant_bnn::writeCHeader(llvm::raw_ostream &stream,
                             ArrayRef<LibraryFunction> functions,
                             StringRef path, StringRef machine) {
  std::string guard = getGuard(path);
  stream << "/* Written by bnn-compile " QUANT_BNN_VERSION
            ": the functions of a library for "
         << machine
         << ".\n"
            " *\n"
            " * Arrays are row-major without gaps. f16 and bf16 are held as "
            "uint16_t. Results\n"
            " * overlap neither an argument nor one another. Several threads "
            "may call a function\n"
            " * at once, each with its own results and workspace.\n"
            " */\n"
         << "#ifndef " << guard << "\n#define " << guard
         << "\n\n#include <stdbool.h>\n#include <stdint.h>\n\n"
            "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n"
            "/* Descriptors of arrays, by their ranks. */\n";
  for (size_t rank : getRanks(functions))
    writeArrayStruct(stream, rank);
  for (const LibraryFunction &function : functions)
    FunctionWriter(stream, function).write();
  stream << "\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n";
}
