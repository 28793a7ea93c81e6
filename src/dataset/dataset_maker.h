// Makes data sets from files. What is checked and counted on the way is in the readers.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dataset/picture_folder.h"
#include "dataset/table_options.h"
#include "dataset/table_scan.h"
#include "dse/dataset.h"

namespace dse {

// A table whose rows are read while they are sent.
struct Table {
  TableOptions options;
  std::shared_ptr<const TableScan> scan;
};

class DatasetMaker {
 public:
  static std::shared_ptr<const Dataset> from_images(const std::string& images_path,
                                                    const std::optional<std::string>& labels_path);
  // Pictures of one size, in memory; the digest is that of all files and their names. Throws what
  // list_pictures() and decode_png() throw, and for a file of another size than the first.
  static std::shared_ptr<const Dataset> from_pictures(const PictureOptions& options);
  // Throws what scan_table() throws, and, when all rows are to be in memory, when the machine has too little.
  static std::shared_ptr<const Dataset> from_table(const TableOptions& options, bool in_memory);
  // What rows look like that are in no file, and always have a label. It holds none of them. `name` stands in
  // messages where a file's path would.
  struct RowShape {
    std::string name;
    std::vector<std::string> feature_names;
    std::vector<std::string> class_names;
  };
  static std::shared_ptr<const Dataset> without_file(RowShape shape);
};

// All that decides what a data set is, as text: equal texts mean equal data sets, as long as the files are
// the same.
std::string identity_of(const TableOptions& options);
std::string identity_of(const PictureOptions& options);

}  // namespace dse
