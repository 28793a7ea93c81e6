// IDX files for the tests, right and wrong ones, written by code that shares nothing with the reader.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/error_text.h"
#include "support/temporary_folder.h"

inline std::string idx_header(int type, const std::vector<std::uint32_t>& sizes) {
  std::string bytes{'\0', '\0', static_cast<char>(type), static_cast<char>(sizes.size())};
  for (std::uint32_t size : sizes) {
    for (int shift : {24, 16, 8, 0}) bytes += static_cast<char>(size >> shift & 255);
  }
  return bytes;
}

// Images 0, 1, 2, …, whose pixels all have the image's number; their labels are index modulo 10.
inline std::string image_file(std::uint32_t count, std::uint32_t rows, std::uint32_t columns) {
  std::string bytes = idx_header(0x08, {count, rows, columns});
  for (std::uint32_t image = 0; image < count; ++image)
    bytes.append(rows * columns, static_cast<char>(image));
  return bytes;
}

inline std::string label_file(std::uint32_t count) {
  std::string bytes = idx_header(0x08, {count});
  for (std::uint32_t item = 0; item < count; ++item) bytes += static_cast<char>(item % 10);
  return bytes;
}

inline std::string gzip(std::string bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("deflateInit2");
  }
  std::string packed(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int result = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) throw std::runtime_error("deflate");
  return packed;
}

// Writes the file, replacing an existing one, and returns its path.
inline std::string write_file(const std::string& path, const std::string& bytes) {
  // Some file systems wait for the disk when a file is truncated and written again.
  std::filesystem::remove(path);
  std::ofstream out(path, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!out.flush()) throw std::runtime_error("cannot write " + path);
  return path;
}
