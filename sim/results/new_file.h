// A file that a command makes where the user wants it.
#pragma once

#include <string>
#include <string_view>

namespace dse {

// Throws an InputError if there is something of that name: nothing is overwritten.
void refuse_taken(const std::string& path);

// Makes the file, whole or not at all. Throws an InputError if something of that name has appeared, and a
// RunError that names the file if it cannot be written.
void write_new_file(const std::string& path, std::string_view content);

}  // namespace dse
