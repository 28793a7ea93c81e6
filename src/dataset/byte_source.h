// The bytes of a file, unpacked when it is gzipped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace dse {

// Reads a file from front to end. Whether it is gzipped is seen from its first two bytes, not from its name;
// gzip members one after another count as one. One thread at a time.
//
// Every failure is an InputError that names the file: not there, a folder, unreadable, empty, gzip that is
// cut short or damaged, and whatever follows gzip and is not gzip.
class ByteSource {
 public:
  explicit ByteSource(const std::string& path);
  ~ByteSource();
  ByteSource(ByteSource&&) noexcept;
  ByteSource& operator=(ByteSource&&) noexcept;

  // Fills `bytes` from where the last read ended. Returns how many there were: fewer only at the end of the
  // data.
  std::size_t read(std::span<std::byte> bytes);

  const std::string& path() const;
  bool gzipped() const;
  // As it lies on the disk.
  std::uint64_t file_bytes() const;
  // No file of this size can hold more: of a gzipped one, deflate packs at most 1032 bytes into one.
  std::uint64_t most_bytes() const;
  // XXH3 (64 bits) of what was taken off the disk, packed as it lies there: of the whole file once read() has
  // come to the end of the data.
  std::uint64_t digest();

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace dse
