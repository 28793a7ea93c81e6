#include "protocol/base64.h"

#include <openssl/evp.h>

#include <algorithm>

namespace dse {
namespace {

// OpenSSL counts in int; whole groups of 3 bytes and 4 characters keep the parts independent.
constexpr std::size_t kGroupsAtOnce = 1 << 20;

bool is_alphabet(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

}  // namespace

void append_base64(std::span<const std::byte> bytes, std::string& text) {
  const std::size_t begin = text.size();
  text.resize(begin + (bytes.size() + 2) / 3 * 4 + 1);  // EVP_EncodeBlock ends with a NUL
  auto* out = reinterpret_cast<unsigned char*>(text.data() + begin);
  while (!bytes.empty()) {
    const std::span<const std::byte> part = bytes.first(std::min(bytes.size(), 3 * kGroupsAtOnce));
    out += EVP_EncodeBlock(out, reinterpret_cast<const unsigned char*>(part.data()),
                           static_cast<int>(part.size()));
    bytes = bytes.subspan(part.size());
  }
  text.pop_back();
}

// OpenSSL decodes padding as zero bytes wherever it stands, and passes over blanks at both ends.
std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  if (!std::all_of(text.begin(), text.end() - static_cast<std::ptrdiff_t>(padding), is_alphabet))
    return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  auto* out = reinterpret_cast<unsigned char*>(bytes.data());
  while (!text.empty()) {
    const std::string_view part = text.substr(0, 4 * kGroupsAtOnce);
    const int count = EVP_DecodeBlock(out, reinterpret_cast<const unsigned char*>(part.data()),
                                      static_cast<int>(part.size()));
    if (count < 0) return std::nullopt;
    out += count;
    text.remove_prefix(part.size());
  }
  bytes.resize(bytes.size() - padding);
  return bytes;
}

}  // namespace dse
