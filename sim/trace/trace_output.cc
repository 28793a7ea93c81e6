#include "sim/trace/trace_output.h"

#include <errno.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstring>

#include "dse/error.h"

namespace dse {

TraceOutput::TraceOutput(const std::string& path) : path_(path) {
  if (path == "-") {
    const int copy = ::dup(STDOUT_FILENO);
    if (copy >= 0) file_.reset(::fdopen(copy, "wb"));
  } else {
    whole_.emplace(path);
    file_.reset(std::fopen(whole_->partial_path().c_str(), "wbe"));
  }
  if (!file_) fail();
}

void TraceOutput::put() {
  if (std::fwrite(waiting_.data(), 1, waiting_.size(), file_.get()) != waiting_.size()) fail();
  waiting_.clear();
}

void TraceOutput::finish() {
  put();
  if (std::fclose(file_.release()) != 0) fail();
  if (whole_) whole_->keep();
}

void TraceOutput::fail() const {
  if (!whole_) throw RunError(fmt::format("cannot write to standard output: {}", std::strerror(errno)));
  throw RunError(fmt::format("cannot write '{}': {}; free some space, or choose another place", path_,
                             std::strerror(errno)));
}

}  // namespace dse
