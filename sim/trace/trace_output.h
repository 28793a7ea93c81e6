// Where a trace is written: a new file, which has its name only once it is whole, or standard output.
#pragma once

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sim/results/new_file.h"

namespace dse {

class TraceOutput {
 public:
  // `path` is "-" for standard output. Throws an InputError if something of that name is there, and a
  // RunError, as do all others, when it cannot be written.
  explicit TraceOutput(const std::string& path);

  void write(std::string_view bytes) {
    bytes_ += bytes.size();
    waiting_.append(bytes);
    if (waiting_.size() >= kBlockBytes) put();
  }
  // Called once, last.
  void finish();

  // How many were written so far.
  std::size_t bytes() const { return bytes_; }

 private:
  static constexpr std::size_t kBlockBytes = 1 << 20;
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  void put();
  [[noreturn]] void fail() const;

  std::string path_;
  std::optional<NewFile> whole_;  // empty for standard output
  std::unique_ptr<std::FILE, Close> file_;
  std::string waiting_;
  std::size_t bytes_ = 0;
};

}  // namespace dse
