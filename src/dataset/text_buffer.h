// The bytes of a text file in a buffer that moves along it, for readers that look for where a line or a
// record ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dataset/byte_source.h"

namespace dse {

inline constexpr std::string_view kWriteAsUtf8 =
    "write it as UTF-8, for example with `iconv -f UTF-16 -t UTF-8`";

// A line as a place has it: 0, "not known", beyond two thousand millions.
int line_number(std::uint64_t line);

struct TextBufferOptions {
  std::size_t block_bytes = 0;  // the room at first, at least kForeignFormatBytes; it doubles when it is full
  std::size_t padding_bytes = 0;  // zero bytes after those of the file
  std::string_view format;        // "CSV"
  // Says which other known format the beginning of a file has; "" if none.
  std::string (*foreign)(std::span<const std::byte> beginning);
};

// One thread at a time. What is read stays where it is until refill().
class TextBuffer {
 public:
  // Opens the file, reads its beginning, and skips a byte order mark. Throws InputError, naming the file, for
  // what ByteSource refuses, for UTF-16, and for another known format.
  TextBuffer(const std::string& path, const TextBufferOptions& options);

  const std::string& path() const { return source_.path(); }
  std::uint64_t digest() { return source_.digest(); }

  char* bytes() { return bytes_.data(); }
  const char* bytes() const { return bytes_.data(); }
  // Indices of bytes(): where the bytes begin that were not taken yet, and where those of the file end so
  // far.
  std::size_t begin() const { return begin_; }
  std::size_t end() const { return end_; }
  std::size_t left() const { return end_ - begin_; }
  bool is_full() const { return left() == bytes_.size() - padding_bytes_; }
  // Whether the file ends at end().
  bool source_ended() const { return source_ended_; }
  // Takes the bytes before this index.
  void begin_at(std::size_t begin) { begin_ = begin; }
  // Moves what was not taken to the front and reads on, into a larger buffer when it is full.
  void refill();

 private:
  ByteSource source_;
  const std::size_t padding_bytes_;
  std::vector<char> bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool source_ended_ = false;
};

}  // namespace dse
