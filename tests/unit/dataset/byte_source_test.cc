#include "dataset/byte_source.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "idx_files.h"
#include "support/catch.h"

using namespace dse;

namespace {

// Everything in the file, read in pieces of this size.
std::string read_all(const std::string& path, std::size_t piece_bytes) {
  ByteSource source(path);
  std::string all;
  std::vector<std::byte> piece(piece_bytes);
  std::size_t got = 0;
  do {
    got = source.read(piece);
    all.append(reinterpret_cast<const char*>(piece.data()), got);
  } while (got == piece.size());
  return all;
}

std::string error_of(const std::string& path) {
  return input_error([&] { read_all(path, 1000); });
}

// Compresses badly, so that the packed form has several blocks of the reader too.
std::string noise(std::size_t size) {
  std::string bytes;
  std::uint32_t state = 1;
  while (bytes.size() < size) {
    state = state * 1'664'525U + 1'013'904'223U;
    bytes += static_cast<char>(state >> 24);
  }
  return bytes;
}

}  // namespace

TEST_CASE("a gzipped file reads as what was packed, a plain one as it is") {
  const TemporaryFolder folder;
  for (std::size_t size : {1U, 2U, 65'536U, 131'072U, 300'000U}) {
    const std::string bytes = noise(size);
    const std::string plain = write_file(folder.file("plain.gz"), bytes);
    const std::string packed = write_file(folder.file("packed"), gzip(bytes));
    for (std::size_t piece_bytes : {100U, 65'536U, 1'000'000U}) {
      INFO(size << " bytes in pieces of " << piece_bytes);
      CHECK((read_all(plain, piece_bytes) == bytes));
      CHECK((read_all(packed, piece_bytes) == bytes));
    }
  }
}

TEST_CASE("gzip members one after another count as one, empty ones as well") {
  const TemporaryFolder folder;
  const std::string bytes = noise(200'000);
  const std::string path =
      write_file(folder.file("members.gz"), gzip("") + gzip(bytes) + gzip("") + gzip("end"));
  CHECK((read_all(path, 1000) == bytes + "end"));
}

TEST_CASE("a source says how much its file can hold") {
  const TemporaryFolder folder;
  const ByteSource plain(write_file(folder.file("plain"), "12345"));
  CHECK_FALSE(plain.gzipped());
  CHECK(plain.most_bytes() == 5);
  const std::string packed = gzip(std::string(10'000'000, '\0'));
  const ByteSource zipped(write_file(folder.file("zipped"), packed));
  CHECK(zipped.gzipped());
  CHECK(zipped.file_bytes() == packed.size());
  CHECK(zipped.most_bytes() >= 10'000'000);
}

TEST_CASE("a file that is not there is said to be missing, with the command that brings it") {
  const TemporaryFolder folder;
  const std::string elsewhere = folder.file("images.gz");
  CHECK(error_of(elsewhere) == elsewhere + ": there is no such file");
  for (const std::string set : {"mnist", "fashion-mnist", "seattle-weather", "flights", "iris"}) {
    const std::string path = folder.file("scenarios/../data/" + set + "/train-images-idx3-ubyte.gz");
    CHECK(error_of(path) == path + ": there is no such file; run `data/fetch " + set + "` to bring it");
  }
  CHECK_THAT(error_of("data/mnist/nothing"), ContainsSubstring("run `data/fetch mnist`"));
  CHECK_THAT(error_of(folder.file("mnist/x.gz")), !ContainsSubstring("fetch"));
  CHECK_THAT(error_of(folder.file("data/sample/x.gz")), !ContainsSubstring("fetch"));
}

TEST_CASE("what is no readable file is refused") {
  const TemporaryFolder folder;
  CHECK(error_of(folder.path().string()) == folder.path().string() + ": is a folder, expected a file");

  const std::string pipe = folder.file("pipe");
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(error_of(pipe) == pipe + ": is not an ordinary file");

  const std::string loop = folder.file("loop");
  std::filesystem::create_symlink(loop, loop);
  CHECK_THAT(error_of(loop), ContainsSubstring(loop + ": cannot be read: "));

  const std::string secret = write_file(folder.file("secret"), "x");
  REQUIRE(chmod(secret.c_str(), 0) == 0);
  // root may read everything
  if (geteuid() != 0) CHECK(error_of(secret) == secret + ": cannot be read: Permission denied");

  const std::string empty = write_file(folder.file("empty"), "");
  CHECK(error_of(empty) == empty + ": is empty: bring it again");
}

TEST_CASE("gzip that is cut short is told apart from the end of the data, wherever the cut is") {
  const TemporaryFolder folder;
  const std::string packed = gzip(noise(1000));
  for (std::size_t size = 2; size < packed.size(); ++size) {
    INFO("cut after " << size << " of " << packed.size() << " bytes");
    const std::string path = write_file(folder.file("cut.gz"), packed.substr(0, size));
    CHECK(error_of(path) == path + ": the gzip data is cut short: the file ends in the middle of it");
  }
  const std::string second = write_file(folder.file("second.gz"), packed + packed.substr(0, 30));
  CHECK_THAT(error_of(second), ContainsSubstring("the gzip data is cut short"));
}

TEST_CASE("gzip that is damaged is refused") {
  const TemporaryFolder folder;
  const std::string packed = gzip(noise(1000));
  const auto damaged = [&](std::size_t place) {
    std::string bytes = packed;
    bytes[place] = static_cast<char>(bytes[place] ^ 0x06);
    return error_of(write_file(folder.file("damaged.gz"), bytes));
  };
  const std::string path = folder.file("damaged.gz");
  CHECK(damaged(2) == path + ": the gzip data is damaged: unknown compression method");
  CHECK(damaged(10) == path + ": the gzip data is damaged: invalid block type");
  CHECK(damaged(packed.size() - 8) == path + ": the gzip data is damaged: incorrect data check");
  CHECK(damaged(packed.size() - 1) == path + ": the gzip data is damaged: incorrect length check");
}

TEST_CASE("what follows gzip and is not gzip is refused") {
  const TemporaryFolder folder;
  for (const std::string& tail : {std::string("x"), std::string(512, '\0'), std::string(100'000, 'y')}) {
    const std::string path = write_file(folder.file("tail.gz"), gzip("data") + tail);
    CHECK(error_of(path) ==
          path + ": has trailing bytes after the gzip data; expected the file to end there");
  }
}
