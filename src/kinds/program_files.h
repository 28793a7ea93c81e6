// The files that a program in another language consists of, as far as its command names them.
#pragma once

#include <vector>

#include "dse/component.h"
#include "dse/dataset_cache.h"
#include "dse/external_program.h"

namespace dse {

// The words of the command that are files in its folder, and its `files`.
std::vector<ReadFile> program_files(const ExternalProgram& command);
// Notes the digest of each. Throws InputError when one of `files` cannot be read.
void note_program_files(const ExternalProgram& command, DatasetCache& files);

}  // namespace dse
