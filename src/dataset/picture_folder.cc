#include "dataset/picture_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <system_error>

#include "core/printable.h"
#include "dataset/class_names.h"
#include "dataset/file_error.h"

namespace dse {
namespace {

namespace fs = std::filesystem;

struct Entry {
  std::string name;
  std::string path;
  fs::file_type type = fs::file_type::none;  // that of a link, not of what it leads to
};

// The entries of a folder, bytewise by name, without those that begin with a dot.
std::vector<Entry> entries_of(const std::string& folder) {
  std::error_code error;
  std::vector<Entry> entries;
  fs::directory_iterator at(folder, error);
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name.starts_with('.')) continue;
    entries.push_back({name, at->path().string(), at->symlink_status(error).type()});
    if (error) break;
  }
  if (error) refuse_file(folder, "cannot be read: " + error.message());
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return entries;
}

void require_folder(const std::string& folder) {
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (status.type() == fs::file_type::not_found) refuse_file(folder, "there is no such folder");
  if (error) refuse_file(folder, "cannot be read: " + error.message());
  if (status.type() != fs::file_type::directory)
    refuse_file(folder, "is a file, expected a folder that has a folder of pictures for each class");
}

void refuse_link(const Entry& entry) {
  if (entry.type == fs::file_type::symlink)
    refuse_file(entry.path, "is a symbolic link: put what it leads to in its place");
}

bool is_called_png(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name.ends_with(".png");
}

// The names of the folders of classes.
std::vector<std::string> class_folders(const std::string& folder) {
  std::vector<std::string> names;
  for (const Entry& entry : entries_of(folder)) {
    refuse_link(entry);
    if (entry.type != fs::file_type::directory)
      refuse_file(entry.path,
                  "is beside the folders of classes: put it into the folder of its class, or elsewhere");
    if (!is_utf8(entry.name)) refuse_file(entry.path, "is a class whose name is not UTF-8");
    names.push_back(entry.name);
  }
  if (names.empty())
    refuse_file(folder,
                "has no folder of pictures, expected one for each class, such as 0/a.png and 1/b.png");
  if (names.size() > kClassesMax)
    refuse_file(folder, fmt::format("has {} classes, expected at most {}", names.size(), kClassesMax));
  return names;
}

// Their numbers: the listed classes, which must have all, or the folders in order.
ClassNames numbered(const PictureOptions& options, const std::vector<std::string>& folders) {
  if (options.classes.empty()) return ClassNames(ClassNames(folders).sorted());
  const auto refuse = [&options](const std::string& text) {
    throw InputError({.file = options.folder, .key = "classes"}, text);
  };
  if (options.classes.size() > kClassesMax) refuse(fmt::format("lists more than {} classes", kClassesMax));
  ClassNames classes;
  for (const std::string& name : options.classes) {
    if (classes.find(name)) refuse(fmt::format("lists \"{}\" twice", printable(name)));
    classes.add(name);
  }
  for (const std::string& name : folders) {
    if (!classes.find(name)) refuse(fmt::format("the folder \"{}\" is none of the classes", printable(name)));
  }
  return classes;
}

// Those of the class that has this name.
std::vector<PictureFolder::File> pictures_of(const std::string& folder, const std::string& name, int label) {
  std::vector<PictureFolder::File> files;
  const std::string path = (fs::path(folder) / name).string();
  for (const Entry& entry : entries_of(path)) {
    refuse_link(entry);
    if (entry.type == fs::file_type::directory)
      refuse_file(entry.path, "is a folder within that of a class, expected pictures");
    if (!is_called_png(entry.name)) refuse_file(entry.path, "is not called *.png, as pictures are");
    files.push_back({entry.path, name + "/" + entry.name, label});
  }
  if (files.empty()) refuse_file(path, "has no picture, expected files called *.png");
  return files;
}

std::vector<PictureFolder::File> in_turns(const std::vector<std::vector<PictureFolder::File>>& by_class) {
  std::size_t rounds = 0;
  for (const auto& files : by_class) rounds = std::max(rounds, files.size());
  std::vector<PictureFolder::File> all;
  for (std::size_t round = 0; round < rounds; ++round) {
    for (const auto& files : by_class) {
      if (round < files.size()) all.push_back(files[round]);
    }
  }
  return all;
}

}  // namespace

PictureFolder list_pictures(const PictureOptions& options) {
  require_folder(options.folder);
  const std::vector<std::string> folders = class_folders(options.folder);
  const ClassNames classes = numbered(options, folders);
  PictureFolder found{.classes = classes.names()};
  std::vector<std::vector<PictureFolder::File>> by_class;
  for (std::size_t label = 0; label < found.classes.size(); ++label) {
    const std::string& name = found.classes[label];
    if (std::binary_search(folders.begin(), folders.end(), name))
      by_class.push_back(pictures_of(options.folder, name, static_cast<int>(label)));
  }
  found.files = in_turns(by_class);
  return found;
}

}  // namespace dse
