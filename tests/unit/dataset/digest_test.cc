// The digest of a data file covers its bytes on disk, and is computed while the file is read.
#include <fstream>

#include "dataset/byte_source.h"
#include "dse/dataset.h"
#include "dse/hash.h"
#include "support/catch.h"
#include "support/temporary_folder.h"
#include "unit/dataset/idx_files.h"

using namespace dse;

namespace {

std::string read_all(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

TEST_CASE("a source's digest is that of the file's own bytes, gzipped or plain") {
  const TemporaryFolder folder;
  const std::string plain(300'000, 'x');
  for (const std::string& content : {plain, gzip(plain), gzip("a") + gzip(plain)}) {
    std::ofstream(folder.file("f"), std::ios::binary) << content;
    ByteSource source(folder.file("f"));
    std::string bytes(400'000, '\0');
    source.read(std::as_writable_bytes(std::span(bytes)));
    CHECK(source.digest() == hash_text(content));
  }
}

TEST_CASE("a data set knows the digests of its files") {
  const std::string images = DSE_SOURCE_DIR "/data/sample/train-images-idx3-ubyte.gz";
  const std::string labels = DSE_SOURCE_DIR "/data/sample/train-labels-idx1-ubyte.gz";
  const auto dataset = load_dataset(images, labels);
  CHECK(dataset->digest() == hash_text(read_all(images)));
  CHECK(dataset->labels_digest() == hash_text(read_all(labels)));
  CHECK(load_dataset(images, std::nullopt)->labels_digest() == 0);
}
