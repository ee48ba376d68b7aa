//===- LibraryFile.cpp - Write libraries of object code -------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/Compiler/LibraryFile.h"

#include "llvm/Config/llvm-config.h"
#include "llvm/Object/Archive.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

using namespace quant_bnn;
using llvm::StringRef;

static llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
readFile(StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  if (!buffer)
    return llvm::createFileError(path, buffer.getError());
  return std::move(*buffer);
}

//===----------------------------------------------------------------------===//
// Static libraries
//===----------------------------------------------------------------------===//

/// Adds the members of the archive `runtime`, at `path`, to `members`.
static llvm::Error addMembers(llvm::MemoryBufferRef runtime, StringRef path,
                              std::vector<llvm::NewArchiveMember> &members) {
  auto archive = llvm::object::Archive::create(runtime);
  if (!archive)
    return llvm::createFileError(path, archive.takeError());
  llvm::Error error = llvm::Error::success();
  for (const llvm::object::Archive::Child &child :
       (*archive)->children(error)) {
    auto member =
        llvm::NewArchiveMember::getOldMember(child, /*Deterministic=*/true);
    if (!member)
      return llvm::joinErrors(std::move(error), member.takeError());
    members.push_back(std::move(*member));
  }
  return error;
}

static llvm::Error writeStaticLibrary(const LibraryParts &parts,
                                      StringRef path) {
  std::vector<llvm::NewArchiveMember> members;
  members.emplace_back(parts.object);
  std::unique_ptr<llvm::MemoryBuffer> runtime;
  if (!parts.runtime.empty()) {
    auto read = readFile(parts.runtime);
    if (!read)
      return read.takeError();
    runtime = std::move(*read);
    if (llvm::Error error =
            addMembers(runtime->getMemBufferRef(), parts.runtime, members))
      return error;
  }
  // Writes to a temporary file, which becomes the library.
  return llvm::writeArchive(path, members,
                            llvm::SymtabWritingMode::NormalSymtab,
                            llvm::object::Archive::K_GNU,
                            /*Deterministic=*/true, /*Thin=*/false);
}

//===----------------------------------------------------------------------===//
// Shared libraries
//===----------------------------------------------------------------------===//

namespace {
/// A file that is removed at the end.
class TemporaryFile {
public:
  static llvm::Expected<TemporaryFile> create(StringRef suffix,
                                              StringRef contents) {
    llvm::SmallString<128> path;
    int descriptor;
    if (std::error_code error = llvm::sys::fs::createTemporaryFile(
            "bnn-compile", suffix, descriptor, path))
      return llvm::createFileError(path, error);
    TemporaryFile file(path);
    llvm::raw_fd_ostream stream(descriptor, /*shouldClose=*/true);
    stream << contents;
    stream.close();
    if (stream.has_error()) {
      llvm::Error error = llvm::createFileError(path, stream.error());
      stream.clear_error();
      return error;
    }
    return file;
  }

  StringRef getPath() const { return remover->getPath(); }

private:
  struct Remover {
    explicit Remover(StringRef path) : path(path) {}
    ~Remover() { llvm::sys::fs::remove(path); }
    StringRef getPath() const { return path; }
    std::string path;
  };

  explicit TemporaryFile(StringRef path)
      : remover(std::make_unique<Remover>(path)) {}

  std::unique_ptr<Remover> remover;
};
} // namespace

static llvm::Expected<std::string> findLinker(StringRef given) {
  if (!given.empty())
    return given.str();
  StringRef folder = QUANT_BNN_LLVM_TOOLS_DIR;
  if (auto found = llvm::sys::findProgramByName("ld.lld", folder))
    return *found;
  std::string versioned = "ld.lld-" + std::to_string(LLVM_VERSION_MAJOR);
  for (StringRef name : {StringRef(versioned), StringRef("ld.lld")})
    if (auto found = llvm::sys::findProgramByName(name))
      return *found;
  return llvm::createStringError(
      "a shared library needs LLVM's linker, ld.lld, which is neither in "
      "PATH nor in " QUANT_BNN_LLVM_TOOLS_DIR);
}

/// Returns the paths of the math and C libraries, or nothing if they are not on
/// this machine.
static std::vector<std::string> findCLibraries(const llvm::Triple &triple) {
  std::string name = (triple.getArchName() + "-linux-gnu").str();
  std::vector<std::string> folders = {"/lib/" + name, "/usr/lib/" + name,
                                      "/usr/" + name + "/lib"};
  // These are of the machine that compiles.
  if (triple.getArch() == llvm::Triple(llvm::sys::getProcessTriple()).getArch())
    folders.insert(folders.end(), {"/lib64", "/usr/lib64", "/lib", "/usr/lib"});
  for (const std::string &folder : folders) {
    std::string math = folder + "/libm.so.6", c = folder + "/libc.so.6";
    if (llvm::sys::fs::exists(math) && llvm::sys::fs::exists(c))
      return {math, c};
  }
  return {};
}

/// Runs the linker, and returns what it printed as an error if it failed.
static llvm::Error runLinker(StringRef linker,
                             const std::vector<std::string> &arguments) {
  auto output = TemporaryFile::create("txt", "");
  if (!output)
    return output.takeError();
  std::vector<StringRef> command(arguments.begin(), arguments.end());
  StringRef path = output->getPath();
  std::string message;
  int status = llvm::sys::ExecuteAndWait(
      linker, command, /*Env=*/std::nullopt,
      /*Redirects=*/{StringRef(), path, path}, /*SecondsToWait=*/0,
      /*MemoryLimit=*/0, &message);
  if (status == 0)
    return llvm::Error::success();
  if (auto printed = llvm::MemoryBuffer::getFile(path))
    message += (*printed)->getBuffer().rtrim();
  return llvm::createStringError(linker + " failed: " + message);
}

/// Returns the version script that makes `names` the exported ones, with the
/// functions of the runtime for users.
static std::string getVersionScript(llvm::ArrayRef<std::string> names) {
  std::string script = "{\nglobal:\n";
  for (const std::string &name : names)
    script += "  " + name + ";\n";
  return script + "  quant_bnn_error_buffer;\n"
                  "  quant_bnn_free_workspace;\n"
                  "  quant_bnn_get_num_threads;\n"
                  "  quant_bnn_last_error;\n"
                  "  quant_bnn_parallel_for;\n"
                  "  quant_bnn_set_num_threads;\n"
                  "local:\n  *;\n};\n";
}

static llvm::Error linkSharedLibrary(const LibraryParts &parts, StringRef path,
                                     const llvm::Triple &triple,
                                     StringRef linker,
                                     llvm::function_ref<void()> noCLibraries) {
  auto program = findLinker(linker);
  if (!program)
    return program.takeError();
  auto object = TemporaryFile::create("o", parts.object.getBuffer());
  if (!object)
    return object.takeError();
  auto script =
      TemporaryFile::create("map", getVersionScript(parts.exportedNames));
  if (!script)
    return script.takeError();
  // Beside the library, so that it can be renamed to it.
  auto output = llvm::sys::fs::TempFile::create(
      path + "-%%%%%%.tmp", llvm::sys::fs::all_read | llvm::sys::fs::all_write |
                                llvm::sys::fs::all_exe);
  if (!output)
    return llvm::createFileError(path, output.takeError());

  std::vector<std::string> arguments = {
      *program,
      "-shared",
      "--gc-sections",
      "--undefined-version",
      "-z",
      "noexecstack",
      "--version-script=" + script->getPath().str(),
      "-soname=" + llvm::sys::path::filename(path).str(),
      "-o",
      output->TmpName,
      object->getPath().str()};
  if (!parts.runtime.empty())
    arguments.push_back(parts.runtime.str());
  std::vector<std::string> libraries = findCLibraries(triple);
  llvm::append_range(arguments, libraries);
  llvm::Error error = runLinker(*program, arguments);
  if (error)
    return llvm::joinErrors(std::move(error), output->discard());
  if (libraries.empty())
    noCLibraries();
  return output->keep(path);
}

//===----------------------------------------------------------------------===//
// Any library
//===----------------------------------------------------------------------===//

llvm::Error quant_bnn::checkLibraryPath(StringRef path) {
  StringRef extension = llvm::sys::path::extension(path);
  if (extension == ".so" || extension == ".a" || extension == ".o")
    return llvm::Error::success();
  return llvm::createStringError(
      path + ": expected a name that ends in .so, .a or .o");
}

llvm::Error quant_bnn::writeLibrary(const LibraryParts &parts, StringRef path,
                                    const llvm::Triple &triple,
                                    StringRef linker,
                                    llvm::function_ref<void()> noCLibraries) {
  if (llvm::Error error = checkLibraryPath(path))
    return error;
  if (path.ends_with(".so"))
    return linkSharedLibrary(parts, path, triple, linker, noCLibraries);
  if (path.ends_with(".a"))
    return writeStaticLibrary(parts, path);
  return llvm::writeToOutput(path, [&](llvm::raw_ostream &stream) {
    stream << parts.object.getBuffer();
    return llvm::Error::success();
  });
}
