// Feeds the reader of messages whatever libFuzzer invents: it gives none, or one that encodes to these very
// bytes. Built with clang and -fsanitize=fuzzer,address,undefined; see the target message_fuzz.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "message/message_bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const dse::MessagePtr message = dse::decode_message(bytes);
  if (!message) return 0;
  std::string again;
  dse::append_message(*message, again);
  if (again != bytes) std::abort();
  return 0;
}
