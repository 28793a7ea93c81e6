// The JSON document that a command prints with --json.
#pragma once

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace dse {

// Prints it on standard output. Bytes of texts that are not UTF-8 are U+FFFD.
inline void print_document(const nlohmann::ordered_json& json) {
  fmt::print("{}\n", json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

}  // namespace dse
