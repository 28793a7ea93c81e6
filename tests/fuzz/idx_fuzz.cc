// Feeds the IDX reader whatever libFuzzer invents, as a file: it loads or is refused with an InputError.
// Built with clang and -fsanitize=fuzzer,address,undefined; see the target idx_fuzz.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>

#include "dse/dataset.h"
#include "dse/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // The file is in memory where there is such a folder; each process has one, because fuzzers run in
  // parallel.
  static const std::string path = (access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp") +
                                  std::string("/idx-fuzz-") + std::to_string(getpid());
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  try {
    dse::load_dataset(path, std::nullopt);
  } catch (const dse::InputError&) {
    // The expected answer to nearly everything.
  }
  unlink(path.c_str());
  return 0;
}
