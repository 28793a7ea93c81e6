// An SQLite file, read and changed by a test through SQLite itself.
#pragma once

#include <string>
#include <vector>

// Runs the statements, and returns every row as text; NULL is "NULL". Throws with SQLite's message.
std::vector<std::vector<std::string>> run_sql(const std::string& path, const std::string& sql);
