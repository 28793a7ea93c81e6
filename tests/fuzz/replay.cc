// Does what a fuzz target does, without libFuzzer: with each input of a corpus, a line of hexadecimal digits
// each, and with some random ones. Arguments: the corpus, and how many random inputs.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::vector<std::uint8_t> bytes_of(const std::string& digits) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t at = 0; at + 1 < digits.size(); at += 2)
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(digits.substr(at, 2), nullptr, 16)));
  return bytes;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 2;
  std::ifstream corpus(arguments[1]);
  int inputs = 0;
  for (std::string line; std::getline(corpus, line); ++inputs) {
    const std::vector<std::uint8_t> bytes = bytes_of(line);
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  }
  if (inputs == 0) {
    std::fprintf(stderr, "no inputs in '%s'\n", arguments[1]);
    return 2;
  }
  std::mt19937_64 random(1);
  for (int left = std::atoi(arguments[2]); left > 0; --left) {
    std::vector<std::uint8_t> bytes(random() % 400);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  }
  std::printf("%d inputs of the corpus\n", inputs);
  return 0;
}
