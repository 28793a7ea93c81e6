// A small file system in memory, removed at the end; only root can make one, and not everywhere.
#pragma once

#include <sys/mount.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>

class SmallDisk {
 public:
  SmallDisk(const std::string& path, const std::string& size) : path_(path) {
    std::filesystem::create_directories(path);
    mounted_ = mount("tmpfs", path.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
    if (!mounted_) reason_ = std::strerror(errno);
  }
  ~SmallDisk() {
    if (mounted_) umount2(path_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool mounted() const { return mounted_; }
  const std::string& reason() const { return reason_; }

 private:
  std::string path_;
  bool mounted_ = false;
  std::string reason_;
};

// A folder that is mounted at another place as well, as long as this lives; where that is not possible, it is
// not mounted().
class BoundFolder {
 public:
  BoundFolder(const std::string& folder, const std::string& path) : path_(path) {
    std::filesystem::create_directories(path);
    mounted_ = mount(folder.c_str(), path.c_str(), nullptr, MS_BIND, nullptr) == 0;
  }
  ~BoundFolder() {
    if (mounted_) umount2(path_.c_str(), MNT_DETACH);
  }
  BoundFolder(const BoundFolder&) = delete;
  BoundFolder& operator=(const BoundFolder&) = delete;

  bool mounted() const { return mounted_; }

 private:
  std::string path_;
  bool mounted_ = false;
};
