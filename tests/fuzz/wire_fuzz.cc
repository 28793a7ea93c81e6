// Feeds the codec of AMQP whatever libFuzzer invents: frames, and what methods and content headers are in
// them. What it decodes must encode to something that it decodes again. Built with clang and
// -fsanitize=fuzzer,address,undefined; see the target wire_fuzz.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "wire/content_header.h"
#include "wire/frames.h"
#include "wire/method_codec.h"

namespace {

template <typename Decode>
void again(Decode decode, std::string_view payload) {
  std::string first;
  try {
    dse::wire::encode(decode(payload), first);
  } catch (const dse::wire::WireError&) {
    return;
  }
  std::string second;
  dse::wire::encode(decode(first), second);
  if (first != second) std::abort();
}

void header_again(std::string_view payload) {
  try {
    dse::MessageFields fields = dse::wire::read_content_header(payload).fields;
    fields.headers.set("x-delivery-count", std::int64_t{1});
    fields.more.note_changed(dse::MoreProperties::kHeadersChanged);
    std::string written;
    dse::wire::write_content_header(*dse::make_message(std::move(fields)), written);
    dse::wire::read_content_header(written);
  } catch (const dse::wire::WireError&) {
    return;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    dse::wire::FrameReader reader(bytes, 4096);
    while (const auto frame = reader.next()) {
      again(dse::wire::decode_client_method, frame->payload);
      again(dse::wire::decode_server_method, frame->payload);
      header_again(frame->payload);
    }
  } catch (const dse::wire::WireError&) {
  }
  again(dse::wire::decode_client_method, bytes);
  again(dse::wire::decode_server_method, bytes);
  header_again(bytes);
  return 0;
}
