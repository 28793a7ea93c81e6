#include "sim/results/line_files.h"

#include <utility>

#include "sim/results/file_writing.h"

namespace dse {

LineSink LineFiles::open(const std::string& path) {
  write_file(path, "");
  auto& [name, gathered] = *files_.try_emplace(path).first;
  return [this, &name = name, &gathered = gathered](std::string_view line) { add(name, gathered, line); };
}

void LineFiles::add(const std::string& path, Gathered& gathered, std::string_view line) {
  if (gathered.size() + line.size() >= kOfFileMax) append(path, gathered);
  gathered.append(line).push_back('\n');
  gathered_ += line.size() + 1;
  if (gathered_ > kOfAllMax) flush();
}

// Text that could not be written is dropped, because a part of it may be in the file.
void LineFiles::append(const std::string& path, Gathered& gathered) {
  const Gathered text = std::exchange(gathered, Gathered());
  gathered_ -= text.size();
  if (!text.empty()) append_to_file(path, text);
}

void LineFiles::flush() {
  for (auto& [path, gathered] : files_) append(path, gathered);
}

}  // namespace dse
