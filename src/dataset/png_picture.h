// A PNG picture (ISO/IEC 15948) as shades of grey.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace dse {

// A file that claims more is refused before anything is unpacked.
inline constexpr std::size_t kPicturePixelsMax = 1 << 24;

struct GreyPicture {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<std::byte> pixels;  // row-major, 0 black, 255 white
  bool was_in_colour = false;
};

// Decodes the bytes of a file; `path` is only its name in messages. Shades of grey and colours of 1 to 16
// bits, of palettes too, are scaled to 8 bits; then a colour becomes the luma of ITU-R BT.601, 0.299 R +
// 0.587 G + 0.114 B, in 16 bits behind the point and rounded, as Pillow's convert("L") has it. Samples are
// taken as they are in the file, whatever it says of its gamma or colour profile.
//
// Throws InputError, naming the file, for what is no PNG, is damaged or cut short, has more than
// kPicturePixelsMax pixels, or any that is not opaque.
GreyPicture decode_png(std::span<const std::byte> bytes, const std::string& path);

}  // namespace dse
