// The files of a new project: a scenario with a source and a model in Python, which works at once.
#pragma once

#include <string>
#include <vector>

namespace dse {

struct ProjectFile {
  std::string path;  // within the project's folder
  std::string text;
};

std::vector<ProjectFile> project_files();

}  // namespace dse
