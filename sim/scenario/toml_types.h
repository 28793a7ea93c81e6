// The names of toml++'s types, for headers that only pass them on. The library itself, which takes long to
// compile, is included only by files that look into a table.
#pragma once

namespace toml {
inline namespace v3 {
class node;
class table;
}  // namespace v3
}  // namespace toml
