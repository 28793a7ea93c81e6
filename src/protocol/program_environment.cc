#include "protocol/program_environment.h"

#include <cstdlib>
#include <filesystem>
#include <map>
#include <system_error>

namespace dse {
namespace {

// The names, as numpy 1.24 knows them, of the instructions beyond AVX2 that this processor has. numpy warns
// of names that it has not.
std::string numpy_features() {
  std::string names;
  const auto add = [&names](bool has, const char* name) {
    if (has) names += (names.empty() ? "" : " ") + std::string(name);
  };
#if defined(__x86_64__)
  const bool skylake = __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
                       __builtin_cpu_supports("avx512dq");
  const bool cannon_lake =
      skylake && __builtin_cpu_supports("avx512ifma") && __builtin_cpu_supports("avx512vbmi");
  add(__builtin_cpu_supports("avx512f"), "AVX512F");
  add(__builtin_cpu_supports("avx512cd"), "AVX512CD");
  add(skylake, "AVX512_SKX");
  add(skylake && __builtin_cpu_supports("avx512vnni"), "AVX512_CLX");
  add(cannon_lake, "AVX512_CNL");
  add(cannon_lake && __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("avx512bitalg") &&
          __builtin_cpu_supports("avx512vpopcntdq"),
      "AVX512_ICL");
#endif
  return names;
}

// What libraries choose by the processor ends at AVX2, as do the learners of dse.
const std::map<std::string, std::string>& fixed() {
  static const std::map<std::string, std::string> variables = {
      {"ATEN_CPU_CAPABILITY", "avx2"},
      {"DSE_PROTOCOL", "1"},
      {"LC_ALL", "C.UTF-8"},
      {"MKL_NUM_THREADS", "1"},
      {"OMP_NUM_THREADS", "1"},
      {"ONEDNN_MAX_CPU_ISA", "AVX2"},
      {"OPENBLAS_CORETYPE", "Haswell"},
      {"OPENBLAS_NUM_THREADS", "1"},
      {"PYTHONDONTWRITEBYTECODE", "1"},
      {"PYTHONHASHSEED", "0"},
      {"TZ", "UTC"},
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
  if (const std::string features = numpy_features(); !features.empty())
    variables["NPY_DISABLE_CPU_FEATURES"] = features;
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
