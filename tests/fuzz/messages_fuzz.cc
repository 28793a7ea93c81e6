// Feeds whatever libFuzzer invents, as a file of messages, to the maker of captures: it is refused with an
// InputError that fits into a message, or becomes a capture. Its lines make the same capture again, to the
// byte. Built with clang and -fsanitize=fuzzer,address,undefined; see the target messages_fuzz.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "core/printable.h"
#include "dse/error.h"
#include "sim/capture/capture_lines.h"

namespace {

using namespace dse;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void say_into(const std::string& capture, const std::string& path) {
  CaptureReader reader(capture);
  std::ofstream lines(path, std::ios::binary);
  say_capture(reader, {}, [&lines](std::string_view line) {
    require(is_utf8(line) && line.find('\n') == std::string_view::npos);
    lines << line << '\n';
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string folder = (access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp") +
                                    std::string("/messages-fuzz-") + std::to_string(getpid());
  constexpr std::size_t kErrorBytesMax = 2000;
  const std::string lines = folder + ".jsonl";
  const std::string capture = folder + ".capture";
  const std::string again = folder + ".again";
  std::ofstream(lines, std::ios::binary)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  bool made = false;
  try {
    make_capture(lines, std::string("door"), capture);
    made = true;
  } catch (const InputError& error) {
    require(std::string_view(error.what()).size() <= kErrorBytesMax);
  }
  if (made) {
    say_into(capture, lines);
    make_capture(lines, std::nullopt, again);
    require(bytes_of(again) == bytes_of(capture));
    unlink(again.c_str());
  }
  unlink(lines.c_str());
  unlink(capture.c_str());
  return 0;
}
