#include "dataset/png_picture.h"

#include <fmt/format.h>
#include <png.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdint>
#include <cstring>
#include <new>
#include <string_view>

#include "core/check.h"
#include "core/printable.h"
#include "dataset/file_error.h"

namespace dse {
namespace {

// libpng leaves its functions by longjmp() when a file is wrong. So each call that may do that is in a
// function of its own that has no object to destroy, and says by its result whether it came to its end.
class PngDecoder {
 public:
  explicit PngDecoder(std::span<const std::byte> bytes) : left_(bytes) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, fail, ignore);
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
    if (info_ == nullptr) {
      png_destroy_read_struct(&png_, nullptr, nullptr);
      throw std::bad_alloc();
    }
  }
  ~PngDecoder() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngDecoder(const PngDecoder&) = delete;
  PngDecoder& operator=(const PngDecoder&) = delete;

  bool read_header() {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_set_read_fn(png_, this, read);
    // Nothing but the samples: no texts, profiles or times, which may be large once unpacked.
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    png_read_info(png_, info_);
    return true;
  }
  // After the header: from now on every sample has 8 bits.
  bool convert() {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_set_expand(png_);
    png_set_scale_16(png_);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    return true;
  }
  // To the end of the file.
  bool read_rows(png_bytepp rows) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_read_image(png_, rows);
    png_read_end(png_, nullptr);
    return true;
  }

  std::size_t rows() const { return png_get_image_height(png_, info_); }
  std::size_t columns() const { return png_get_image_width(png_, info_); }
  // How many a pixel has: grey, grey and alpha, colour, colour and alpha. Called after convert().
  std::size_t channels() const { return png_get_channels(png_, info_); }
  std::size_t row_bytes() const { return png_get_rowbytes(png_, info_); }
  std::string_view error() const { return error_.data(); }

 private:
  static void fail(png_structp png, png_const_charp text) {
    auto* self = static_cast<PngDecoder*>(png_get_error_ptr(png));
    std::strncpy(self->error_.data(), text, self->error_.size() - 1);
    png_longjmp(png, 1);
  }
  static void ignore(png_structp, png_const_charp) {}
  static void read(png_structp png, png_bytep to, std::size_t count) {
    auto* self = static_cast<PngDecoder*>(png_get_io_ptr(png));
    if (count > self->left_.size()) png_error(png, "the file ends in the middle of it");
    std::memcpy(to, self->left_.data(), count);
    self->left_ = self->left_.subspan(count);
  }

  std::span<const std::byte> left_;
  std::array<char, 200> error_{};
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
};

std::byte luma(const std::uint8_t* colour) {
  // The weights of BT.601, times 65,536.
  const std::uint32_t sum = colour[0] * 19'595U + colour[1] * 38'470U + colour[2] * 7'471U;
  return static_cast<std::byte>((sum + 0x8000U) >> 16U);
}

void require(bool done, const PngDecoder& decoder, const std::string& path) {
  if (done) return;
  refuse_file(path, fmt::format("is a damaged PNG picture: {}", printable(decoder.error())));
}

void require_size(const PngDecoder& decoder, const std::string& path) {
  const std::size_t rows = decoder.rows();
  const std::size_t columns = decoder.columns();
  if (rows <= kPicturePixelsMax / columns) return;
  refuse_file(
      path, fmt::format("has {} x {} pixels, expected at most {} in all", rows, columns, kPicturePixelsMax));
}

}  // namespace

GreyPicture decode_png(std::span<const std::byte> bytes, const std::string& path) {
  constexpr std::array<std::uint8_t, 8> kSignature = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  if (bytes.size() < kSignature.size() ||
      std::memcmp(bytes.data(), kSignature.data(), kSignature.size()) != 0)
    refuse_file(path, "is no PNG picture, whatever its name says: convert it to PNG");
  PngDecoder decoder(bytes);
  require(decoder.read_header(), decoder, path);
  require_size(decoder, path);
  require(decoder.convert(), decoder, path);

  const std::size_t channels = decoder.channels();
  DSE_CHECK(channels >= 1 && channels <= 4 && decoder.row_bytes() == decoder.columns() * channels,
            "{} channels, {} bytes of {} pixels", channels, decoder.row_bytes(), decoder.columns());
  std::vector<std::uint8_t> samples(decoder.rows() * decoder.row_bytes());
  std::vector<png_bytep> rows;
  for (std::size_t row = 0; row < decoder.rows(); ++row)
    rows.push_back(samples.data() + row * decoder.row_bytes());
  require(decoder.read_rows(rows.data()), decoder, path);

  GreyPicture picture{.rows = decoder.rows(), .columns = decoder.columns(), .was_in_colour = channels >= 3};
  picture.pixels.reserve(picture.rows * picture.columns);
  const bool has_alpha = channels % 2 == 0;
  for (std::size_t at = 0; at < samples.size(); at += channels) {
    if (has_alpha && samples[at + channels - 1] != 255)
      refuse_file(path,
                  "has pixels that are not opaque: lay it over a background, and save it without alpha");
    picture.pixels.push_back(channels >= 3 ? luma(&samples[at]) : static_cast<std::byte>(samples[at]));
  }
  return picture;
}

}  // namespace dse
