// A password that no person has to remember.
#pragma once

#include <string>

namespace dse {

// 64 hexadecimal digits, of 256 random bits of the system. Throws RunError when it gives none.
std::string random_password();

}  // namespace dse
