#include "dataset/png_picture.h"

#include <zlib.h>

#include "dse/random.h"
#include "support/catch.h"
#include "support/error_text.h"
#include "support/png_file.h"

using namespace dse;

namespace {

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

std::vector<int> grey_of(const std::string& file) {
  const GreyPicture picture = decode_png(bytes_of(file), "a.png");
  std::vector<int> pixels;
  for (const std::byte pixel : picture.pixels) pixels.push_back(static_cast<int>(pixel));
  CHECK(pixels.size() == picture.rows * picture.columns);
  return pixels;
}

std::string refusal_of(const std::string& file) {
  return input_error([&] { decode_png(bytes_of(file), "a.png"); });
}

std::string big_endian(std::uint32_t number) {
  std::string bytes;
  for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(number >> shift & 255U);
  return bytes;
}

// A chunk with its checksum.
std::string chunk(const std::string& type, const std::string& data) {
  const std::string body = type + data;
  const auto crc = crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
  return big_endian(static_cast<std::uint32_t>(data.size())) + body +
         big_endian(static_cast<std::uint32_t>(crc));
}

const std::string kSignature("\x89PNG\r\n\x1a\n", 8);

}  // namespace

TEST_CASE("png: grey pictures of every depth are scaled to 8 bits") {
  CHECK(grey_of(grey_png(2, 3, {0, 1, 2, 253, 254, 255})) == std::vector{0, 1, 2, 253, 254, 255});
  CHECK(grey_of(png_file({.rows = 1, .columns = 3, .depth = 1}, {0b1010'0000})) == std::vector{255, 0, 255});
  CHECK(grey_of(png_file({.rows = 1, .columns = 4, .depth = 2}, {0b0001'1011})) ==
        std::vector{0, 85, 170, 255});
  CHECK(grey_of(png_file({.rows = 1, .columns = 2, .depth = 4}, {0x1f})) == std::vector{17, 255});
  // 16 bits are divided by 257 and rounded.
  CHECK(grey_of(png_file({.rows = 1, .columns = 4, .depth = 16},
                         {0x00, 0x80, 0x00, 0x81, 0x80, 0x80, 0xff, 0xff})) == std::vector{0, 1, 128, 255});
}

TEST_CASE("png: colours become their luma") {
  const std::vector<std::uint8_t> colours = {255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30, 77, 77, 77};
  // 0.299 R + 0.587 G + 0.114 B
  const std::vector<int> luma = {76, 150, 29, 18, 77};
  CHECK(grey_of(png_file({.rows = 1, .columns = 5, .colour = PNG_COLOR_TYPE_RGB}, colours)) == luma);
  CHECK(decode_png(bytes_of(png_file({.rows = 1, .columns = 5, .colour = PNG_COLOR_TYPE_RGB}, colours)), "")
            .was_in_colour);
  CHECK_FALSE(decode_png(bytes_of(grey_png(1, 1, {7})), "").was_in_colour);
  const PngSpec palette{.rows = 1,
                        .columns = 4,
                        .depth = 2,
                        .colour = PNG_COLOR_TYPE_PALETTE,
                        .palette = {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {10, 20, 30}}};
  CHECK(grey_of(png_file(palette, {0b0001'1011})) == std::vector{76, 150, 29, 18});
}

TEST_CASE("png: samples are as in the file, interlaced or not, whatever its gamma") {
  RandomStream random(1, "test", "pixels");
  std::vector<std::uint8_t> samples(13 * 11);
  for (std::uint8_t& sample : samples) sample = static_cast<std::uint8_t>(random.below(256));
  const std::vector<int> pixels(samples.begin(), samples.end());
  for (const bool interlaced : {false, true}) {
    for (const double gamma : {0.0, 1.0, 0.45455}) {
      CHECK(grey_of(png_file({.rows = 13, .columns = 11, .interlaced = interlaced, .gamma = gamma},
                             samples)) == pixels);
    }
  }
}

TEST_CASE("png: an alpha channel may be there if all is opaque") {
  const PngSpec grey{.rows = 1, .columns = 2, .colour = PNG_COLOR_TYPE_GRAY_ALPHA};
  CHECK(grey_of(png_file(grey, {5, 255, 6, 255})) == std::vector{5, 6});
  CHECK_THAT(refusal_of(png_file(grey, {5, 255, 6, 254})),
             ContainsSubstring("a.png: has pixels that are not opaque"));
  const PngSpec colour{.rows = 1, .columns = 1, .colour = PNG_COLOR_TYPE_RGB_ALPHA};
  CHECK(grey_of(png_file(colour, {255, 0, 0, 255})) == std::vector{76});
  CHECK_THAT(refusal_of(png_file(colour, {255, 0, 0, 0})), ContainsSubstring("not opaque"));
  const PngSpec palette{.rows = 1,
                        .columns = 2,
                        .colour = PNG_COLOR_TYPE_PALETTE,
                        .palette = {{1, 1, 1}, {2, 2, 2}},
                        .palette_alpha = {0}};
  CHECK(grey_of(png_file(palette, {1, 1})) == std::vector{2, 2});
  CHECK_THAT(refusal_of(png_file(palette, {1, 0})), ContainsSubstring("not opaque"));
}

TEST_CASE("png: a file that is cut short, changed or no PNG is refused by name") {
  CHECK_THAT(refusal_of(""), ContainsSubstring("a.png: is no PNG picture"));
  CHECK_THAT(refusal_of("GIF89a and more"), ContainsSubstring("a.png: is no PNG picture"));
  const std::string good = grey_png(4, 4, std::vector<std::uint8_t>(16, 9));
  REQUIRE(grey_of(good).size() == 16);
  for (std::size_t size = 0; size < good.size(); ++size) {
    CAPTURE(size);
    CHECK_THAT(refusal_of(good.substr(0, size)), ContainsSubstring("a.png: is "));
  }
  CHECK_THAT(refusal_of(good.substr(0, good.size() - 14)),
             ContainsSubstring("is a damaged PNG picture: the file ends in the middle of it"));
  std::string changed = good;
  changed[good.find("IDAT") + 6] ^= 1;
  CHECK_THAT(refusal_of(changed), ContainsSubstring("is a damaged PNG picture: IDAT: CRC error"));
}

TEST_CASE("png: a file that would unpack to too much is refused before that") {
  const auto header = [](std::uint32_t columns, std::uint32_t rows) {
    return kSignature +
           chunk("IHDR", big_endian(columns) + big_endian(rows) + std::string("\x08\0\0\0\0", 5)) +
           chunk("IDAT", "x");
  };
  CHECK_THAT(refusal_of(header(4097, 4096)),
             ContainsSubstring("a.png: has 4096 x 4097 pixels, expected at most"));
  CHECK_THAT(refusal_of(header(999'999, 999'999)), ContainsSubstring("a.png: has 999999 x 999999 pixels"));
  CHECK_THAT(refusal_of(header(0xffff'ffff, 1)), ContainsSubstring("a.png: is a damaged PNG picture"));
  CHECK_THAT(refusal_of(header(0, 1)), ContainsSubstring("a.png: is a damaged PNG picture"));
  // What is no pixel is left packed.
  CHECK(grey_of(png_file({.rows = 1, .columns = 1, .text = std::string(20'000'000, 'x')}, {3})) ==
        std::vector{3});
}
