// A folder of pictures by class: FOLDER/CLASS/NAME.png.
#pragma once

#include <string>
#include <vector>

namespace dse {

struct PictureOptions {
  std::string folder;
  std::vector<std::string> classes;  // their order gives the numbers; none: the folders, sorted as ClassNames
};

struct PictureFolder {
  struct File {
    std::string path;
    std::string name;  // within the folder: "7/a.png"
    int label = 0;
  };
  std::vector<std::string> classes;  // by number
  // Those of a class are bytewise by name; the classes take turns, so that every part of the list has all of
  // them: the first picture of each class, then the second of each, and so on.
  std::vector<File> files;
};

// Lists the files, without opening any. Entries whose name begins with a dot are left out.
//
// Throws InputError, naming the folder or the entry: there is no such folder, or it is a file; it has a file
// beside the folders of classes, or they have another folder, a file that is not called *.png (in letters of
// any case), or a symbolic link; a class has no picture, a name that is not UTF-8, or is not listed; there is
// no class, or more than kClassesMax of them. The error about `classes` has that key.
PictureFolder list_pictures(const PictureOptions& options);

}  // namespace dse
