// Bytes as text: base64 (RFC 4648, section 4), with padding and without line ends.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace dse {

void append_base64(std::span<const std::byte> bytes, std::string& text);
// Empty when the text is not base64.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace dse
