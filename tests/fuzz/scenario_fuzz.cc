// Feeds the scenario reader whatever libFuzzer invents: a file and, after its first NUL byte, one line for
// each --set. It is read and its topology described, or it is refused with an InputError. Built with clang
// and -fsanitize=fuzzer,address,undefined; see the target scenario_fuzz.
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "dse/error.h"
#include "sim/scenario/scenario_reader.h"
#include "sim/scenario/topology.h"
#include "sim/scenario/topology_warnings.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // The file is in memory where there is such a folder; each process has one, because fuzzers run in
  // parallel.
  static const std::string path = (access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp") +
                                  std::string("/scenario-fuzz-") + std::to_string(getpid());
  const std::string input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find('\0'), input.size());
  std::ofstream(path, std::ios::binary) << input.substr(0, end);
  std::vector<std::string> settings;
  std::istringstream rest(end < input.size() ? input.substr(end + 1) : "");
  for (std::string line; std::getline(rest, line);) settings.push_back(line);
  try {
    const dse::Scenario scenario = dse::read_scenario(path, dse::built_in_tables(), settings);
    dse::topology_warnings(scenario);
    dse::topology_text(scenario);
  } catch (const dse::InputError&) {
    // The expected answer to nearly everything.
  }
  unlink(path.c_str());
  return 0;
}
