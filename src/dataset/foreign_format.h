// Recognises what people have instead of an IDX, a CSV or a JSONL file, by how it begins.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace dse {

// This many bytes are enough to tell.
inline constexpr std::size_t kForeignFormatBytes = 512;

// What a file that begins with these bytes (its first kForeignFormatBytes, or all of it) is, and what to do
// about it: "a zip archive; unpack it and name the file within". "" when the format is not known.
std::string foreign_format(std::span<const std::byte> beginning);
// The same in place of a CSV file: "" for any text but a web page.
std::string foreign_to_csv(std::span<const std::byte> beginning);
// The same in place of a JSONL file.
std::string foreign_to_jsonl(std::span<const std::byte> beginning);

}  // namespace dse
