// Children of the tests: small scripts of sh, and what /proc tells of them.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "process/child_process.h"

inline dse::ChildOptions shell(const std::string& script) {
  return {.file = "/bin/sh",
          .arguments = {"sh", "-c", script},
          .folder = "/",
          .environment = {"PATH=/usr/bin:/bin"}};
}

// The time by which every wait of a test should be over.
inline std::chrono::steady_clock::time_point much_later() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(60);
}

inline std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count;
}
