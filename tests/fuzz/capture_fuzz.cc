// Feeds the reader of captures whatever libFuzzer invents: plain bytes, or records of these bytes whose
// checksums match. The reader refuses them with an InputError, or gives messages and then the end or the
// place of the cut. Built with clang and -fsanitize=fuzzer,address,undefined; see the target capture_fuzz.
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include "core/byte_form.h"
#include "dse/error.h"
#include "sim/capture/capture_reader.h"

namespace {

// Each record takes its size from a byte, and its checksum is made to match.
std::string sealed(std::string_view bytes) {
  std::string file(dse::kCaptureMagic);
  dse::append_number(dse::kCaptureFormat, file);
  std::uint64_t checksum = 0;
  while (!bytes.empty()) {
    const std::size_t length = std::min<std::size_t>(static_cast<unsigned char>(bytes[0]), bytes.size() - 1);
    const std::string_view body = bytes.substr(1, length);
    bytes.remove_prefix(1 + length);
    checksum = dse::capture_checksum(checksum, body);
    dse::append_number(std::uint64_t{length}, file);
    dse::append_number(checksum, file);
    file += body;
  }
  return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string path = "/tmp/capture_fuzz." + std::to_string(getpid());
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::ofstream(path, std::ios::binary) << (size > 0 && data[0] % 8 != 0 ? sealed(bytes.substr(1)) : bytes);
  try {
    const dse::CaptureSurvey survey = dse::survey_capture(path);
    if (survey.end_ns.has_value() != survey.cut.empty()) std::abort();
    if (survey.last_ns < survey.first_ns) std::abort();
  } catch (const dse::InputError&) {
  }
  std::remove(path.c_str());
  return 0;
}
