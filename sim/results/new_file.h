// A file that a command makes where the user wants it.
#pragma once

#include <string>
#include <string_view>

namespace dse {

// A file that is written bit by bit, and has its name only once it is whole. Unless it is kept it is removed.
class NewFile {
 public:
  // Throws an InputError if something of that name is there.
  explicit NewFile(const std::string& path);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  // Where it is written.
  const std::string& partial_path() const { return partial_path_; }
  // Gives it its name. Throws an InputError if something of that name has appeared, and a RunError that names
  // the file if it cannot be done.
  void keep();

 private:
  std::string path_;
  std::string partial_path_;
};

// Throws an InputError if there is something of that name: nothing is overwritten.
void refuse_taken(const std::string& path);

// Makes the file, whole or not at all. Throws an InputError if something of that name has appeared, and a
// RunError that names the file if it cannot be written.
void write_new_file(const std::string& path, std::string_view content);

}  // namespace dse
