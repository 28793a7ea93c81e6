// The bytes of a file, unpacked when it is gzipped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace dse {

// Reads a file from front to end. Its first two bytes tell whether it is gzipped, not its name; consecutive
// gzip members count as one. One thread at a time.
//
// Every failure is an InputError that names the file: it is missing, a folder, unreadable or empty, its gzip
// data is cut short or damaged, or something other than gzip follows them.
class ByteSource {
 public:
  explicit ByteSource(const std::string& path);
  ~ByteSource();
  ByteSource(ByteSource&&) noexcept;
  ByteSource& operator=(ByteSource&&) noexcept;

  // Fills `bytes` from where the last read ended, and returns how many bytes it read: fewer only at the end
  // of the data.
  std::size_t read(std::span<std::byte> bytes);

  const std::string& path() const;
  bool gzipped() const;
  // The size of the file on disk.
  std::uint64_t file_bytes() const;
  // The most bytes that a file of this size can hold: if gzipped, deflate packs at most 1032 bytes into one.
  std::uint64_t most_bytes() const;
  // XXH3 (64 bits) of what was read from disk, still packed: of the whole file once read() has reached the
  // end of the data.
  std::uint64_t digest();

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace dse
