// Other formats in place of an IDX file: files as other programs write them, and what the reader says about
// them.
#include "dataset/foreign_format.h"

#include "dataset/idx_reader.h"
#include "idx_files.h"
#include "support/catch.h"

using namespace dse;

namespace {

std::string from_hex(const std::string& digits) {
  std::string bytes;
  for (std::size_t at = 0; at < digits.size(); at += 2)
    bytes += static_cast<char>(std::stoi(digits.substr(at, 2), nullptr, 16));
  return bytes;
}

std::string found_in(const std::string& bytes) {
  return foreign_format(std::as_bytes(std::span(bytes)).first(std::min(bytes.size(), kForeignFormatBytes)));
}

// Written by Python's zipfile: one file "a" that holds "x".
const std::string kZip = from_hex(
    "504b030414000000000080167a5d8316dc8c0100000001000000010000006178504b0102140314000000000080167a5d8316dc8c"
    "0100"
    "00000100000001000000000000000000000080010000000061504b050600000000010001002f000000200000000000");
// One black pixel.
const std::string kPng = from_hex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c636000000002000148"
    "afa471"
    "0000000049454e44ae426082");
const std::string kBzip2 =
    from_hex("425a6839314159265359774bb01400000000800040200021184682ee48a70a120ee9760280");
const std::string kXz = from_hex(
    "fd377a585a000004e6d6b4460200210116000000742fe5a3010000780000000045aeef83f8ee160a00011901a52c81cc1fb6f37d"
    "0100"
    "00000004595a");
const std::string kNumPy = from_hex("934e554d50590100") + "v" + std::string(1, '\0') +
                           "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2), }" +
                           std::string(58, ' ') + "\n1234";
const std::string kLfsPointer =
    "version https://git-lfs.github.com/spec/v1\n"
    "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 9912422\n";
// 2051, 2, 1, 1 as a careless program on a PC writes them.
const std::string kLittleEndianIdx = from_hex("03080000020000000100000001000000") + "ab";

std::string tar() {
  std::string bytes(1536, '\0');
  bytes.replace(0, 1, "a")
      .replace(100, 7, "0000644")
      .replace(124, 11, "00000000001")
      .replace(257, 5, "ustar");
  return bytes;
}

std::string error_of(const std::string& bytes) {
  const TemporaryFolder folder;
  return input_error([&] { IdxReader(write_file(folder.file("data"), bytes)); });
}

}  // namespace

TEST_CASE("foreign formats are told by how they begin, with what to do") {
  CHECK_THAT(found_in(kZip), Catch::Matchers::StartsWith("a zip archive"));
  CHECK_THAT(found_in(kZip), ContainsSubstring("unpack it and name the file within"));
  CHECK_THAT(found_in(kPng),
             Catch::Matchers::StartsWith("a PNG picture; name its folder of classes in a data set of"));
  CHECK_THAT(found_in(kNumPy), Catch::Matchers::StartsWith("a NumPy array; convert it to IDX"));
  CHECK_THAT(found_in(kBzip2), Catch::Matchers::StartsWith("packed with bzip2; unpack it"));
  CHECK_THAT(found_in(kXz), Catch::Matchers::StartsWith("packed with xz; unpack it"));
  CHECK_THAT(found_in(kLfsPointer), Catch::Matchers::StartsWith("a Git LFS pointer"));
  CHECK_THAT(found_in(kLfsPointer), ContainsSubstring("`git lfs pull`"));
  CHECK_THAT(found_in(kLittleEndianIdx), Catch::Matchers::StartsWith("IDX with its numbers little-endian"));
  CHECK_THAT(found_in(tar()), Catch::Matchers::StartsWith("a tar archive; unpack it"));
  CHECK_THAT(found_in("\n <!DOCTYPE html>\n<html>"), Catch::Matchers::StartsWith("a web page; fetch"));
  CHECK_THAT(found_in("label,pixel0,pixel1\n5,0,0\n"), Catch::Matchers::StartsWith("text, such as CSV"));
  CHECK_THAT(found_in("one two\nthree"), Catch::Matchers::StartsWith("text; "));
  CHECK_THAT(found_in(gzip("x")), Catch::Matchers::StartsWith("gzip within gzip"));
}

TEST_CASE("foreign formats: what is unknown is not guessed at") {
  CHECK(found_in("").empty());
  CHECK(found_in(image_file(2, 2, 2)).empty());
  CHECK(found_in(from_hex("0102030405")).empty());
  CHECK(found_in(from_hex("89504e47") + " and so on").empty());
  CHECK(found_in(from_hex("0a0a0000")).empty());  // ten dimensions: not a little-endian header
}

TEST_CASE("the reader says of a foreign file what it is, plain and gzipped") {
  for (const std::string& bytes : {kZip, kPng, kNumPy, kLfsPointer, kLittleEndianIdx, tar()}) {
    CHECK_THAT(error_of(bytes),
               Catch::Matchers::EndsWith("data: is not an IDX file: it is " + found_in(bytes)));
    CHECK_THAT(error_of(gzip(bytes)), Catch::Matchers::EndsWith("it is " + found_in(bytes)));
  }
  CHECK_THAT(error_of(gzip(gzip(image_file(2, 2, 2)))),
             ContainsSubstring("gzip within gzip; unpack it once"));
  CHECK_THAT(error_of(""), ContainsSubstring("is empty: bring it again"));
  CHECK_THAT(error_of(gzip("")), ContainsSubstring("is empty once unpacked: bring it again"));
  CHECK_THAT(error_of(from_hex("01020304")), ContainsSubstring("it begins with the bytes 01 02 03 04"));
}

TEST_CASE("the reader says when sizes after a right beginning are little-endian") {
  const std::string swapped = from_hex("00000803020000000300000003000000") + std::string(18, 'x');
  CHECK_THAT(error_of(swapped),
             ContainsSubstring("its sizes are little-endian: write them the most significant"));
  CHECK_THAT(error_of(gzip(swapped)), ContainsSubstring("its sizes are little-endian"));
  // With their bytes reversed, these sizes do not fit either.
  const std::string cut = image_file(20, 28, 28).substr(0, 1000);
  CHECK(error_of(cut).find("little-endian") == std::string::npos);
}
