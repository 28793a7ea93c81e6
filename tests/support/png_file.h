// PNG files for the tests, written by libpng itself.
#pragma once

#include <png.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

struct PngSpec {
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
  int depth = 8;  // bits of a sample
  int colour = PNG_COLOR_TYPE_GRAY;
  bool interlaced = false;
  std::vector<png_color> palette = {};
  std::vector<std::uint8_t> palette_alpha = {};
  double gamma = 0;       // 0: it does not say
  std::string text = {};  // a comment, unless empty
};

// `samples` are the rows as the file has them, packed below 8 bits and big-endian above.
inline std::string png_file(const PngSpec& spec, const std::vector<std::uint8_t>& samples) {
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  std::string bytes;
  png_set_write_fn(
      png, &bytes,
      [](png_structp writer, png_bytep data, std::size_t count) {
        static_cast<std::string*>(png_get_io_ptr(writer))->append(reinterpret_cast<char*>(data), count);
      },
      [](png_structp) {});
  png_set_IHDR(png, info, spec.columns, spec.rows, spec.depth, spec.colour,
               spec.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_BASE,
               PNG_FILTER_TYPE_BASE);
  if (!spec.palette.empty())
    png_set_PLTE(png, info, spec.palette.data(), static_cast<int>(spec.palette.size()));
  if (!spec.palette_alpha.empty())
    png_set_tRNS(png, info, spec.palette_alpha.data(), static_cast<int>(spec.palette_alpha.size()), nullptr);
  if (spec.gamma > 0) png_set_gAMA(png, info, spec.gamma);
  std::string key = "Comment";
  std::string text = spec.text;
  png_text comment{};
  comment.compression = PNG_TEXT_COMPRESSION_zTXt;
  comment.key = key.data();
  comment.text = text.data();
  if (!text.empty()) png_set_text(png, info, &comment, 1);
  png_write_info(png, info);
  const std::size_t row_bytes = png_get_rowbytes(png, info);
  std::vector<std::uint8_t> pixels = samples;
  std::vector<png_bytep> rows;
  for (std::size_t row = 0; row < spec.rows; ++row) rows.push_back(pixels.data() + row * row_bytes);
  png_write_image(png, rows.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return bytes;
}

// A grey picture of 8 bits.
inline std::string grey_png(std::uint32_t rows, std::uint32_t columns,
                            const std::vector<std::uint8_t>& pixels) {
  return png_file({.rows = rows, .columns = columns}, pixels);
}
