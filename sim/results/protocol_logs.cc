#include "sim/results/protocol_logs.h"

#include <filesystem>
#include <system_error>

#include "sim/results/file_writing.h"

namespace dse {

OpenLines open_protocol_logs(const std::string& folder) {
  if (folder.empty()) return {};
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) fail_to("make", folder, error);
  return [folder](const std::string& file_name) -> LineSink {
    const std::string path = (std::filesystem::path(folder) / file_name).string();
    write_file(path, "");
    return [path](std::string_view line) { append_to_file(path, std::string(line) + "\n"); };
  };
}

}  // namespace dse
