// Feeds the reader of PNG pictures whatever libFuzzer invents: it is decoded, to as many pixels as it says,
// or refused with an InputError. Built with clang and -fsanitize=fuzzer,address,undefined; see the target
// png_fuzz.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "dataset/png_picture.h"
#include "dse/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const dse::GreyPicture picture = dse::decode_png(std::as_bytes(std::span(data, size)), "a.png");
    if (picture.pixels.size() != picture.rows * picture.columns || picture.pixels.empty()) std::abort();
  } catch (const dse::InputError&) {
    // The expected answer to nearly everything.
  }
  return 0;
}
