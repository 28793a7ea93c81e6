#include "dataset/text_buffer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "dataset/file_error.h"
#include "dataset/foreign_format.h"

namespace dse {

using namespace std::string_view_literals;

int line_number(std::uint64_t line) {
  return line > std::numeric_limits<int>::max() ? 0 : static_cast<int>(line);
}

TextBuffer::TextBuffer(const std::string& path, const TextBufferOptions& options)
    : source_(path),
      padding_bytes_(options.padding_bytes),
      bytes_(std::max(options.block_bytes, kForeignFormatBytes) + options.padding_bytes) {
  refill();
  const std::string_view beginning(bytes_.data(), std::min(end_, kForeignFormatBytes));
  if (beginning.starts_with("\xff\xfe"sv) || beginning.starts_with("\xfe\xff"sv))
    refuse_file(path, fmt::format("is UTF-16; {}", kWriteAsUtf8));
  const std::string found = options.foreign(std::as_bytes(std::span(beginning)));
  if (!found.empty()) refuse_file(path, fmt::format("is not a {} file: it is {}", options.format, found));
  if (beginning.starts_with("\xef\xbb\xbf"sv)) begin_ = 3;
}

void TextBuffer::refill() {
  std::memmove(bytes_.data(), bytes_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  if (is_full()) bytes_.resize(2 * end_ + padding_bytes_);
  const std::size_t room = bytes_.size() - padding_bytes_ - end_;
  const std::size_t got = source_.read(std::as_writable_bytes(std::span(bytes_).subspan(end_, room)));
  end_ += got;
  std::memset(bytes_.data() + end_, 0, padding_bytes_);
  source_ended_ = got < room;
}

}  // namespace dse
