// The pictures of a data set, one after the other, all of one size, and what is known of them at the end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "dataset/picture_folder.h"
#include "dataset/png_picture.h"

namespace dse {

class PicturesReader {
 public:
  // `found` is what the folder has; it must outlive the reader.
  PicturesReader(std::string folder, const PictureFolder& found)
      : folder_(std::move(folder)), found_(found) {}

  // Throws what ByteSource and decode_png() throw; and InputError for a picture of another size than the
  // first, and when all pictures are more than the machine's memory holds.
  GreyPicture read(const PictureFolder::File& file);

  // The size of each picture; 0 before the first.
  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  // XXH3 (64 bits) of the names and the bytes of all files that were read, whatever the order of the classes.
  std::uint64_t digest() const;
  // What a user should know who does not ask for that: a sentence each.
  std::vector<std::string> notes() const;

 private:
  void require_size(const GreyPicture& picture, const std::string& path);
  void require_fits_memory(const GreyPicture& first) const;

  const std::string folder_;
  const PictureFolder& found_;
  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
  std::string first_;  // the file that has this size
  std::size_t in_colour_ = 0;
  std::map<std::string, std::uint64_t> digests_;  // by name
};

// How many pictures each class has: "  cat (3), dog (2)", with a line's end.
std::string describe_classes(const PictureFolder& found);

}  // namespace dse
