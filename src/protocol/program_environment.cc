#include "protocol/program_environment.h"

#include <cstdlib>
#include <filesystem>
#include <map>
#include <system_error>

namespace dse {
namespace {

// numpy's own choice of code by processor ends at AVX2, as do the learners of dse; the names are those that
// numpy 1.24 knows.
constexpr const char* kNumpyFeatures = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL";

const std::map<std::string, std::string>& fixed() {
  static const std::map<std::string, std::string> variables = {
      {"DSE_PROTOCOL", "1"},         {"LC_ALL", "C.UTF-8"},
      {"MKL_NUM_THREADS", "1"},      {"NPY_DISABLE_CPU_FEATURES", kNumpyFeatures},
      {"OMP_NUM_THREADS", "1"},      {"OPENBLAS_CORETYPE", "Haswell"},
      {"OPENBLAS_NUM_THREADS", "1"}, {"PYTHONDONTWRITEBYTECODE", "1"},
      {"PYTHONHASHSEED", "0"},       {"TZ", "UTC"},
  };
  return variables;
}

}  // namespace

std::string python_folder() {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (error) return "";
  const fs::path folder = program.parent_path();
  // Installed; in the build folder; and beside the tests in it.
  for (const fs::path& candidate :
       {folder / "../share/dse/python", folder / "python", folder / "../python"}) {
    if (fs::is_directory(candidate / "dse", error)) return fs::canonical(candidate, error).string();
  }
  return "";
}

std::vector<std::string> program_environment(const ExternalProgram& command) {
  std::map<std::string, std::string> variables = fixed();
  for (const char* name : {"PATH", "HOME"}) {
    if (const char* value = std::getenv(name)) variables[name] = value;
  }
  const std::string python = python_folder();
  if (!python.empty()) variables["PYTHONPATH"] = python;
  for (const auto& [name, value] : command.environment) {
    const bool before_ours = name == "PYTHONPATH" && !python.empty();
    variables[name] = before_ours ? value + ":" + python : value;
  }
  std::vector<std::string> result;
  for (const auto& [name, value] : variables) result.push_back(name + "=" + value);
  return result;
}

}  // namespace dse
