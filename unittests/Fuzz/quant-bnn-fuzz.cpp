//===- quant-bnn-fuzz.cpp - Fuzz passes, pipelines and parsers ------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Runs random passes on random modules. After each pass, the IR must be valid
// and the values must be the same as before, or the pass must emit an error.
// Each finding is printed with the input that reproduces it.
//
//===----------------------------------------------------------------------===//

#include "Bytes.h"
#include "Case.h"
#include "Generator.h"
#include "Isolation.h"
#include "LitSeeds.h"
#include "Passes.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "quant-bnn/InitAll.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/xxhash.h"

#include <chrono>
#include <unistd.h>

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::fuzz;
namespace cl = llvm::cl;

namespace {
enum class Mode { Modules, Tests, Text, Bytecode, NumPy };
} // namespace

static cl::opt<Mode> mode(
    "mode", cl::desc("Code to fuzz:"),
    cl::values(clEnumValN(Mode::Modules, "modules",
                          "passes, on random modules (default)"),
               clEnumValN(Mode::Tests, "tests",
                          "passes, on the modules of --tests"),
               clEnumValN(Mode::Text, "text", "parsers of text"),
               clEnumValN(Mode::Bytecode, "bytecode", "readers of bytecode"),
               clEnumValN(Mode::NumPy, "numpy", "the reader of NumPy files")),
    cl::init(Mode::Modules));
static cl::opt<uint64_t> seed("seed", cl::desc("The number of the first item"),
                              cl::init(1));
static cl::opt<uint64_t> count("count", cl::desc("Number of items"),
                               cl::init(1000));
static cl::opt<double>
    seconds("seconds", cl::desc("Stop after this many seconds"), cl::init(1e9));
static cl::opt<std::string>
    testFolder("tests", cl::desc("Folder of tests with modules"));
static cl::opt<uint64_t>
    roundNumber("round",
                cl::desc("Number of the round, which selects the arguments "
                         "of modules of tests"),
                cl::init(0));
static cl::opt<std::string>
    knownPath("known", cl::desc("A list of known crashes of MLIR"));
static cl::opt<std::string>
    passName("pass", cl::desc("Run only this pass on each module; `each` runs "
                              "all passes in turn"));
static cl::opt<unsigned>
    executeEvery("execute-every",
                 cl::desc("Compile and run one of this many modules; 0: none"),
                 cl::init(50));
static cl::opt<unsigned> maxFindings("max-findings",
                                     cl::desc("Stop after this many findings"),
                                     cl::init(10));
static cl::opt<bool> minimizes("minimize", cl::desc("Minimize each finding"));
static cl::opt<std::string>
    outputFolder("output", cl::desc("Folder to write findings to"));
static cl::opt<std::string> replayPath("replay",
                                       cl::desc("Check the case, or the bytes, "
                                                "in this file"));
static cl::opt<bool> printsModules("print", cl::desc("Print each module"));

/// The maximal number of seconds for an item; sanitizers take many times
/// longer.
static constexpr double timeout = LLVM_ADDRESS_SANITIZER_BUILD ? 100 : 10;

static Case makeCase(MLIRContext &context, uint64_t item) {
  Case result;
  result.seed = item;
  Random random(item * 0x9E3779B97F4A7C15u + 1);
  result.module = Generator(&context, random.bits()).generate();
  bool executes = executeEvery && random.oneIn(executeEvery);
  StringRef pass = passName;
  if (pass == "each") {
    static const std::vector<StringRef> names = getPassNames();
    pass = names[item % names.size()];
  }
  result.steps = makePipeline(random, pass, executes);
  // Most modules that are compiled are compiled as they are written.
  if (executes && !random.oneIn(3))
    result.steps.erase(result.steps.begin(), result.steps.end() - 1);
  return result;
}

/// Checks `item`. Returns counters, one per line, and the finding after an
/// empty line, if there is one.
static std::string checkToText(const Case &item) {
  CheckResult result = item.check();
  std::string text;
  result.counters.push_back(toString(result.outcome).str());
  // Adds the reason, in brief.
  if (result.outcome == Outcome::Refused)
    result.counters.push_back("refused: " +
                              StringRef(result.detail).take_front(120).str());
  for (const std::string &counter : result.counters)
    text += StringRef(counter).split('\n').first.str() + "\n";
  if (isFinding(result.outcome))
    text += "\n" + toString(result.outcome).str() + "\n" + result.detail;
  return text;
}

/// Returns the finding in a report, with its kind in the first line, or an
/// empty text if there is none.
static std::string getFinding(const Report &report) {
  switch (report.ending) {
  case Ending::Returned:
    return StringRef(report.text).split("\n\n").second.str();
  case Ending::Crashed:
    return "crash\n" + report.text;
  case Ending::TimedOut:
    return "no end in time\n" + report.text;
  }
  llvm_unreachable("not an ending");
}

/// Whether `item` still has a finding of this kind, checked in a child process.
static bool hasFinding(const Case &item, StringRef kind) {
  bool isSame = false;
  runIsolated(
      0, 1, timeout, [&](uint64_t) { return checkToText(item); },
      [&](const Report &report) {
        isSame = StringRef(getFinding(report)).split('\n').first == kind;
        return true;
      });
  return isSame;
}

/// Writes a file to the folder of --output.
static void writeOutput(const std::string &name, StringRef text) {
  if (outputFolder.empty())
    return;
  llvm::sys::fs::create_directories(outputFolder);
  std::error_code error;
  llvm::raw_fd_ostream file(outputFolder + "/" + name, error);
  if (error)
    llvm::errs() << outputFolder << ": " << error.message() << "\n";
  else
    file << text;
}

/// Prints a finding. `origin` describes how to generate the module again.
static void printFinding(Case item, StringRef finding, const Twine &origin) {
  StringRef kind = finding.split('\n').first;
  if (minimizes)
    minimize(item,
             [&](const Case &smaller) { return hasFinding(smaller, kind); });
  std::string text = item.str(), comment;
  for (StringRef rest = finding; !rest.empty();) {
    StringRef line;
    std::tie(line, rest) = rest.split('\n');
    comment += "// " + line.str() + "\n";
  }
  llvm::outs() << "==== finding: " << kind << " (" << origin << ")\n"
               << comment << text << "\n";
  llvm::outs().flush();
  writeOutput(std::to_string(item.seed) + ".mlir", comment + text);
}

//===----------------------------------------------------------------------===//
// Modes
//===----------------------------------------------------------------------===//

namespace {
/// Collects the counters of reports, until there are enough findings or the
/// time is over.
class Summary {
public:
  /// Counts a report and returns its finding, if there is one.
  std::string add(const Report &report) {
    ++numItems;
    StringRef lines = StringRef(report.text).split("\n\n").first;
    if (report.ending == Ending::Returned)
      for (StringRef line : llvm::split(lines, '\n'))
        if (!line.empty())
          ++counters[line.str()];
    std::string finding = getFinding(report);
    numFindings += !finding.empty();
    return finding;
  }
  /// Counts the last finding as `name` instead.
  void recount(const Twine &name) {
    ++counters[name.str()];
    --numFindings;
  }
  bool isMoreWanted() const {
    std::chrono::duration<double> time =
        std::chrono::steady_clock::now() - start;
    return numFindings < maxFindings && time.count() < seconds;
  }
  /// Prints the counters, and returns the exit code.
  int print(StringRef what) const {
    for (auto &[name, number] : counters)
      llvm::outs() << name << ": " << number << "\n";
    llvm::outs() << numItems << " " << what << ", " << numFindings
                 << " findings\n";
    return numFindings != 0;
  }

private:
  std::chrono::steady_clock::time_point start =
      std::chrono::steady_clock::now();
  std::map<std::string, uint64_t> counters;
  uint64_t numItems = 0, numFindings = 0;
};
} // namespace

static int fuzzModules(MLIRContext &context) {
  Summary summary;
  runIsolated(
      seed, seed + count, timeout,
      [&](uint64_t item) { return checkToText(makeCase(context, item)); },
      [&](const Report &report) {
        std::string finding = summary.add(report);
        if (!finding.empty())
          printFinding(makeCase(context, report.item), finding,
                       "--seed=" + Twine(report.item));
        return summary.isMoreWanted();
      });
  return summary.print("modules");
}

/// Checks the module of each test with each extent for its dynamic dimensions.
/// Arguments depend only on the test, so other tests do not change them.
static int fuzzTests(MLIRContext &context) {
  static const int64_t extents[] = {3, 1, 0};
  std::vector<LitSeed> seeds = readLitSeeds(testFolder);
  auto makeTestCase = [&](uint64_t item) -> std::optional<Case> {
    const LitSeed &test = seeds[item / std::size(extents)];
    ScopedDiagnosticHandler handler(&context,
                                    [](Diagnostic &) { return success(); });
    auto result = Case::parse(test.text, &context);
    if (!result)
      return std::nullopt;
    result->steps = test.steps;
    result->seed = llvm::xxh3_64bits(test.text + llvm::join(test.steps, ",")) +
                   item % std::size(extents) + roundNumber;
    result->dynamicExtent = extents[item % std::size(extents)];
    return result;
  };
  Summary summary;
  runIsolated(
      seed - 1,
      std::min<uint64_t>(seed - 1 + count, seeds.size() * std::size(extents)),
      timeout,
      [&](uint64_t item) -> std::string {
        auto test = makeTestCase(item);
        return test ? checkToText(*test) : "invalid input";
      },
      [&](const Report &report) {
        std::string finding = summary.add(report);
        if (!finding.empty())
          printFinding(*makeTestCase(report.item), finding,
                       seeds[report.item / std::size(extents)].file);
        return summary.isMoreWanted();
      });
  return summary.print("modules of tests");
}

namespace {
/// The known crashes of MLIR.
struct KnownCrashes {
  /// Functions, one of which is on the stack.
  std::vector<std::string> functions;
  /// Functions in which upstream asks for any amount of memory, also if a
  /// function of this project is on the stack.
  std::vector<std::string> allocating;
  /// Texts of inputs whose crash destroys the stack.
  std::vector<std::string> inputs;

  static KnownCrashes read();
  /// Returns the entry for a crash with `stack` of `bytes`, or an empty string.
  std::string find(StringRef stack, StringRef bytes) const;
};
} // namespace

/// Reads one entry a line; `input:` begins the text of an input, `memory:` a
/// function that asks for memory, and `#` a comment.
KnownCrashes KnownCrashes::read() {
  KnownCrashes known;
  auto buffer = llvm::MemoryBuffer::getFile(knownPath);
  if (!buffer)
    return known;
  for (StringRef line : llvm::split((*buffer)->getBuffer(), '\n')) {
    StringRef entry = line.split('#').first.trim();
    if (entry.consume_front("input:"))
      known.inputs.push_back(entry.trim().str());
    else if (entry.consume_front("memory:"))
      known.allocating.push_back(entry.trim().str());
    else if (!entry.empty())
      known.functions.push_back(entry.str());
  }
  return known;
}

std::string KnownCrashes::find(StringRef stack, StringRef bytes) const {
  if (isOutOfMemoryInUpstream(stack))
    for (const std::string &name : allocating)
      if (hasFrame(stack, name))
        return name;
  Origin origin = getOrigin(stack);
  if (origin == Origin::Upstream)
    for (const std::string &name : functions)
      if (hasFrame(stack, name))
        return name;
  if (origin == Origin::Unknown)
    for (const std::string &text : inputs)
      if (bytes.contains(text))
        return text;
  return "";
}

/// The text that a child writes before the number of the bytes that it
/// executes. The arguments of the program, which a stack prints as well, must
/// not contain it.
static constexpr StringLiteral bytesMarker = "executing bytes number ";

/// Executes mutated bytes of the corpus, or the bytes `given`.
static int fuzzBytes(MLIRContext &context, ByteTarget target,
                     const std::optional<std::string> &given) {
  // The number of executions per item, so that an item has little overhead.
  const unsigned numExecutions = given ? 1 : 100;
  std::vector<std::string> corpus = makeCorpus(&context, target, testFolder);
  KnownCrashes known = KnownCrashes::read();
  if (corpus.empty()) {
    llvm::errs() << "no modules in '" << testFolder << "'\n";
    return 2;
  }
  llvm::StringSet<> seen;
  auto getBytes = [&](uint64_t number) {
    if (given)
      return *given;
    Random random(number);
    std::string bytes = random.pick(corpus);
    return mutate(random, target, std::move(bytes), corpus);
  };
  Summary summary;
  runIsolated(
      seed, given ? seed + 1 : seed + llvm::divideCeil(count, numExecutions),
      timeout,
      [&](uint64_t item) -> std::string {
        for (unsigned i = 0; i < numExecutions; ++i) {
          // Identifies the bytes of a crash.
          llvm::errs() << bytesMarker << item * numExecutions + i << "\n";
          executeBytes(&context, target, getBytes(item * numExecutions + i));
        }
        return "";
      },
      [&](const Report &report) {
        std::string finding = summary.add(report);
        if (finding.empty())
          return summary.isMoreWanted();
        uint64_t number = 0;
        StringRef(report.text)
            .rsplit(bytesMarker)
            .second.take_until([](char c) { return c == '\n'; })
            .getAsInteger(10, number);
        std::string bytes = getBytes(number);
        if (std::string entry = known.find(report.text, bytes);
            !entry.empty()) {
          summary.recount("known upstream: " + entry);
          return summary.isMoreWanted();
        }
        std::string signature = getSignature(report.text);
        if (!seen.insert(signature).second) {
          summary.recount("seen before: " + signature);
          return summary.isMoreWanted();
        }
        bool isUpstream = getOrigin(report.text) == Origin::Upstream;
        llvm::outs() << "==== finding: bytes " << number << ": "
                     << (isUpstream ? "upstream" : "own") << ": " << signature
                     << "\n"
                     << StringRef(finding).rsplit(bytesMarker).second << "\n";
        writeOutput("bytes-" + std::to_string(number), bytes);
        return summary.isMoreWanted();
      });
  return summary.print(given ? "files" : "times 100 executions");
}

static int replay(MLIRContext &context, StringRef text) {
  auto item = Case::parse(text, &context);
  if (!item)
    return 2;
  std::string finding;
  runIsolated(
      0, 1, timeout, [&](uint64_t) { return checkToText(*item); },
      [&](const Report &report) {
        finding = getFinding(report);
        if (finding.empty())
          llvm::outs() << report.text;
        return true;
      });
  if (finding.empty())
    return 0;
  printFinding(std::move(*item), finding, replayPath);
  return 1;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::ParseCommandLineOptions(argc, argv, "Fuzzes quant-bnn\n");
  mlir::registerAllPasses();
  quant_bnn::registerAllPasses();
  DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  registerAllToLLVMIRTranslations(registry);
  quant_bnn::registerAllDialects(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  // Loads the dialects once, and not in each child.
  context.loadAllAvailableDialects();
  std::optional<std::string> given;
  if (!replayPath.empty()) {
    auto buffer = llvm::MemoryBuffer::getFile(replayPath);
    if (!buffer) {
      llvm::errs() << replayPath << ": " << buffer.getError().message() << "\n";
      return 2;
    }
    given = (*buffer)->getBuffer().str();
  }
  if (printsModules) {
    for (uint64_t item = seed; item < seed + count; ++item)
      llvm::outs() << makeCase(context, item).str();
    return 0;
  }
  switch (mode) {
  case Mode::Modules:
    return given ? replay(context, *given) : fuzzModules(context);
  case Mode::Tests:
    return given ? replay(context, *given) : fuzzTests(context);
  case Mode::Text:
    return fuzzBytes(context, ByteTarget::Text, given);
  case Mode::Bytecode:
    return fuzzBytes(context, ByteTarget::Bytecode, given);
  case Mode::NumPy:
    return fuzzBytes(context, ByteTarget::NumPy, given);
  }
  llvm_unreachable("not a mode");
}
