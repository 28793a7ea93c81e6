#include "dataset/byte_source.h"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <new>
#include <system_error>
#include <vector>

#include "core/error.h"

namespace dse {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlockBytes = 64 * 1024;
constexpr std::uint64_t kMostDeflateRatio = 1032;
constexpr unsigned char kGzipMagic[] = {0x1f, 0x8b};
constexpr int kGzipOnly = 15 + 16;  // inflateInit2: the largest window, a gzip wrapper around it

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, FileCloser>;

[[noreturn]] void fail(const std::string& path, const std::string& text) {
  throw InputError(InputPlace{.file = path}, text);
}

std::string system_text(int error) { return std::generic_category().message(error); }

// What brings a file that is not there: only the full sets have a command for that.
std::string remedy(const std::string& path) {
  std::error_code ignored;
  const fs::path folder = fs::absolute(path, ignored).lexically_normal().parent_path();
  const std::string set = folder.filename().string();
  const bool is_set = set == "mnist" || set == "fashion-mnist";
  if (!is_set || folder.parent_path().filename() != "data") return "";
  return "; run `data/fetch " + set + "` to bring it";
}

// Refuses what is not a file before it is opened: to open a pipe would wait for its writer.
void require_file(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) fail(path, "there is no such file" + remedy(path));
  if (error) fail(path, "cannot be read: " + error.message());
  if (status.type() == fs::file_type::directory) fail(path, "is a folder, expected a file");
  if (status.type() != fs::file_type::regular) fail(path, "is not an ordinary file");
}

}  // namespace

class ByteSource::State {
 public:
  explicit State(const std::string& path);
  ~State() {
    if (gzipped_) inflateEnd(&stream_);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  std::size_t read(std::span<std::byte> bytes);

  const std::string path_;
  std::uint64_t file_bytes_ = 0;
  bool gzipped_ = false;

 private:
  void read_block();
  void refill();
  void refill_by_inflating();
  bool another_member();

  File file_;
  std::vector<unsigned char> block_;     // as on the disk; the part still to be unpacked is in stream_
  std::vector<unsigned char> unpacked_;  // only when gzipped
  std::span<const unsigned char> ready_;  // unpacked and not yet read, in one of the two
  z_stream stream_{};
  bool at_end_ = false;  // of the gzip data
};

ByteSource::State::State(const std::string& path) : path_(path) {
  require_file(path_);
  file_.reset(std::fopen(path_.c_str(), "rbe"));
  if (!file_) fail(path_, "cannot be read: " + system_text(errno));
  std::setvbuf(file_.get(), nullptr, _IONBF, 0);
  std::error_code error;
  file_bytes_ = fs::file_size(path_, error);
  if (error) fail(path_, "cannot be read: " + error.message());
  if (file_bytes_ == 0) fail(path_, "is empty");

  block_.resize(kBlockBytes);
  read_block();
  gzipped_ = ready_.size() >= 2 && std::equal(std::begin(kGzipMagic), std::end(kGzipMagic), ready_.begin());
  if (!gzipped_) return;
  stream_.next_in = block_.data();
  stream_.avail_in = static_cast<uInt>(ready_.size());
  ready_ = {};
  unpacked_.resize(2 * kBlockBytes);
  if (inflateInit2(&stream_, kGzipOnly) != Z_OK) throw std::bad_alloc();
}

std::size_t ByteSource::State::read(std::span<std::byte> bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    if (ready_.empty()) refill();
    if (ready_.empty()) break;
    const std::size_t part = std::min(ready_.size(), bytes.size() - done);
    std::memcpy(bytes.data() + done, ready_.data(), part);
    ready_ = ready_.subspan(part);
    done += part;
  }
  return done;
}

void ByteSource::State::read_block() {
  const std::size_t got = std::fread(block_.data(), 1, block_.size(), file_.get());
  if (got < block_.size() && std::ferror(file_.get()) != 0) fail(path_, "cannot be read: " + system_text(errno));
  ready_ = {block_.data(), got};
}

void ByteSource::State::refill() {
  if (!gzipped_) {
    read_block();
    return;
  }
  // A member may be empty, so one round may bring nothing although the data goes on.
  while (ready_.empty() && !at_end_) refill_by_inflating();
}

void ByteSource::State::refill_by_inflating() {
  stream_.next_out = unpacked_.data();
  stream_.avail_out = static_cast<uInt>(unpacked_.size());
  int result = Z_OK;
  while (result == Z_OK && stream_.avail_out > 0) {
    if (stream_.avail_in == 0) {
      read_block();
      stream_.next_in = block_.data();
      stream_.avail_in = static_cast<uInt>(ready_.size());
      ready_ = {};
      if (stream_.avail_in == 0) fail(path_, "the gzip data is cut short; expected it to go on after the file's end");
    }
    result = inflate(&stream_, Z_NO_FLUSH);
  }
  if (result == Z_MEM_ERROR) throw std::bad_alloc();
  if (result != Z_OK && result != Z_STREAM_END) {
    fail(path_, std::string("the gzip data is damaged: ") + (stream_.msg != nullptr ? stream_.msg : "not gzip"));
  }
  ready_ = {unpacked_.data(), unpacked_.size() - stream_.avail_out};
  if (result == Z_STREAM_END) at_end_ = !another_member();
}

// After a member's end: whether another follows, made ready to be unpacked.
bool ByteSource::State::another_member() {
  if (stream_.avail_in == 0) {
    const std::span<const unsigned char> unread = ready_;
    read_block();
    stream_.next_in = block_.data();
    stream_.avail_in = static_cast<uInt>(ready_.size());
    ready_ = unread;
  }
  if (stream_.avail_in == 0) return false;
  if (*stream_.next_in != kGzipMagic[0]) {
    fail(path_, "has trailing bytes after the gzip data; expected the file to end there");
  }
  inflateReset(&stream_);
  return true;
}

ByteSource::ByteSource(const std::string& path) : state_(std::make_unique<State>(path)) {}
ByteSource::~ByteSource() = default;
ByteSource::ByteSource(ByteSource&&) noexcept = default;
ByteSource& ByteSource::operator=(ByteSource&&) noexcept = default;

std::size_t ByteSource::read(std::span<std::byte> bytes) { return state_->read(bytes); }
const std::string& ByteSource::path() const { return state_->path_; }
bool ByteSource::gzipped() const { return state_->gzipped_; }
std::uint64_t ByteSource::file_bytes() const { return state_->file_bytes_; }

std::uint64_t ByteSource::most_bytes() const {
  // No file is large enough for this to overflow.
  return gzipped() ? file_bytes() * kMostDeflateRatio : file_bytes();
}

}  // namespace dse
