#include "sim/report/png_image.h"

#include <fmt/format.h>
#include <png.h>

#include "dse/error.h"

namespace dse {

std::string png_of(const GreyImage& image) {
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  header.width = static_cast<png_uint_32>(image.columns);
  header.height = static_cast<png_uint_32>(image.rows);
  header.format = PNG_FORMAT_GRAY;
  png_alloc_size_t bytes = PNG_IMAGE_PNG_SIZE_MAX(header);
  std::string file(bytes, '\0');
  const int written =
      png_image_write_to_memory(&header, file.data(), &bytes, 0, image.pixels.data(), 0, nullptr);
  if (written == 0) throw RunError(fmt::format("an image cannot be written as PNG: {}", header.message));
  file.resize(bytes);
  return file;
}

}  // namespace dse
