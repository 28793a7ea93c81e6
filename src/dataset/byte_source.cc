#include "dataset/byte_source.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <new>
#include <string_view>
#include <system_error>
#include <vector>

#include "dataset/file_error.h"
#include "dse/hash.h"

namespace dse {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlockBytes = 64 * 1024;
constexpr std::uint64_t kMostDeflateRatio = 1032;
constexpr unsigned char kGzipMagic[] = {0x1f, 0x8b};
constexpr int kGzipOnly = 15 + 16;  // inflateInit2: the largest window, a gzip wrapper around it

std::string system_text(int error) { return std::generic_category().message(error); }

// How to get a file that is missing: only the full sets have a command for that.
std::string remedy(const std::string& path) {
  std::error_code ignored;
  const fs::path folder = fs::weakly_canonical(path, ignored).parent_path();
  const std::string set = folder.filename().string();
  constexpr std::array<std::string_view, 5> kSets = {"mnist", "fashion-mnist", "seattle-weather", "flights",
                                                     "iris"};
  const bool is_set = std::find(kSets.begin(), kSets.end(), set) != kSets.end();
  if (!is_set || folder.parent_path().filename() != "data") return "";
  return "; run `data/fetch " + set + "` to bring it";
}

// Refuses what is not a file before opening it: opening a pipe would wait for its writer.
void require_file(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) refuse_file(path, "there is no such file" + remedy(path));
  if (error) refuse_file(path, "cannot be read: " + error.message());
  if (status.type() == fs::file_type::directory) refuse_file(path, "is a folder, expected a file");
  if (status.type() != fs::file_type::regular) refuse_file(path, "is not an ordinary file");
}

}  // namespace

class ByteSource::State {
  struct FileCloser {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

 public:
  explicit State(const std::string& path);
  ~State() {
    if (gzipped_) inflateEnd(&stream_);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  std::size_t read(std::span<std::byte> bytes);

  Hasher hasher_;
  const std::string path_;
  std::uint64_t file_bytes_ = 0;
  bool gzipped_ = false;

 private:
  std::span<const unsigned char> next_block();
  void refill();
  void inflate_some();
  void feed_inflate();
  bool another_member();

  std::unique_ptr<std::FILE, FileCloser> file_;
  std::vector<unsigned char> block_;      // as on the disk
  std::vector<unsigned char> unpacked_;   // only when the file is gzipped
  std::span<const unsigned char> ready_;  // the unread part of one of the two
  z_stream stream_{};
  bool at_end_ = false;  // the gzip data is at its end
};

ByteSource::State::State(const std::string& path) : path_(path) {
  require_file(path_);
  file_.reset(std::fopen(path_.c_str(), "rb"));
  if (!file_) refuse_file(path_, "cannot be read: " + system_text(errno));
  std::setvbuf(file_.get(), nullptr, _IONBF, 0);
  std::error_code error;
  file_bytes_ = fs::file_size(path_, error);
  if (error) refuse_file(path_, "cannot be read: " + error.message());
  if (file_bytes_ == 0) refuse_file(path_, "is empty: bring it again");

  block_.resize(kBlockBytes);
  ready_ = next_block();
  gzipped_ = ready_.size() >= 2 && ready_[0] == kGzipMagic[0] && ready_[1] == kGzipMagic[1];
  if (!gzipped_) return;
  unpacked_.resize(2 * kBlockBytes);
  stream_.next_in = block_.data();
  stream_.avail_in = static_cast<uInt>(ready_.size());
  ready_ = {};
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

// The next block of the file; empty at its end.
std::span<const unsigned char> ByteSource::State::next_block() {
  const std::size_t got = std::fread(block_.data(), 1, block_.size(), file_.get());
  if (std::ferror(file_.get()) != 0) refuse_file(path_, "cannot be read: " + system_text(errno));
  hasher_.add(std::as_bytes(std::span(block_).first(got)));
  return {block_.data(), got};
}

void ByteSource::State::refill() {
  if (!gzipped_) {
    ready_ = next_block();
    return;
  }
  // A member may be empty, so one round may bring nothing although more data follows.
  while (ready_.empty() && !at_end_) inflate_some();
}

void ByteSource::State::inflate_some() {
  stream_.next_out = unpacked_.data();
  stream_.avail_out = static_cast<uInt>(unpacked_.size());
  int result = Z_OK;
  while (result == Z_OK && stream_.avail_out > 0) {
    feed_inflate();
    if (stream_.avail_in == 0)
      refuse_file(path_, "the gzip data is cut short: the file ends in the middle of it");
    result = inflate(&stream_, Z_NO_FLUSH);
  }
  if (result == Z_MEM_ERROR) throw std::bad_alloc();
  if (result != Z_OK && result != Z_STREAM_END) {
    refuse_file(path_, std::string("the gzip data is damaged: ") +
                           (stream_.msg != nullptr ? stream_.msg : "not gzip"));
  }
  ready_ = {unpacked_.data(), unpacked_.size() - stream_.avail_out};
  if (result == Z_STREAM_END) at_end_ = !another_member();
}

void ByteSource::State::feed_inflate() {
  if (stream_.avail_in > 0) return;
  stream_.avail_in = static_cast<uInt>(next_block().size());
  stream_.next_in = block_.data();
}

// Called after a member's end: whether another follows; if so, makes ready to unpack it.
bool ByteSource::State::another_member() {
  feed_inflate();
  if (stream_.avail_in == 0) return false;
  if (*stream_.next_in != kGzipMagic[0]) {
    refuse_file(path_, "has trailing bytes after the gzip data; expected the file to end there");
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
std::uint64_t ByteSource::digest() { return state_->hasher_.digest(); }

std::uint64_t ByteSource::most_bytes() const {
  // No file is large enough for this to overflow.
  return gzipped() ? file_bytes() * kMostDeflateRatio : file_bytes();
}

}  // namespace dse
