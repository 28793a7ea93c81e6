#include "kinds/program_files.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>

#include "dse/error.h"
#include "dse/hash.h"

namespace dse {
namespace {

namespace fs = std::filesystem;

std::uint64_t digest_of(const std::string& path, const InputPlace& place) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw InputError(place, fmt::format("'{}' cannot be read: name a file that can", path));
  Hasher hasher;
  std::array<char, 1 << 16> block;
  while (file.read(block.data(), block.size()) || file.gcount() > 0)
    hasher.add(std::as_bytes(std::span(block.data(), static_cast<std::size_t>(file.gcount()))));
  return hasher.digest();
}

}  // namespace

std::vector<ReadFile> program_files(const ExternalProgram& command) {
  std::vector<ReadFile> files;
  const auto add = [&](const std::string& word) {
    files.push_back({.key = "command",
                     .path = (fs::path(command.folder) / word).string(),
                     .place = command.place,
                     .written = word});
  };
  for (const std::string& word : command.words) {
    std::error_code ignored;
    if (fs::is_regular_file(fs::path(command.folder) / word, ignored)) add(word);
  }
  for (const std::string& file : command.files) add(file);
  return files;
}

void note_program_files(const ExternalProgram& command, DatasetCache& files) {
  for (const ReadFile& file : program_files(command))
    files.note_digest(file.path, digest_of(file.path, command.place));
}

}  // namespace dse
