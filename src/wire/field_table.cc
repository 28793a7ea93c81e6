#include "wire/field_table.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace dse::wire {
namespace {

HeaderValue read_value(WireReader& reader, int nesting);

int inside(int nesting) {
  if (nesting == kHeaderNestingMax) throw Undecodable();
  return nesting + 1;
}

// Many entries are put in order first: a header that is set before others moves all of these.
Headers in_order(std::vector<Headers::Entry> entries) {
  constexpr std::size_t kMany = 16;
  if (entries.size() > kMany) {
    std::stable_sort(
        entries.begin(), entries.end(),
        [](const Headers::Entry& one, const Headers::Entry& other) { return one.first < other.first; });
  }
  Headers headers;
  for (auto& [name, value] : entries) headers.set(std::move(name), std::move(value));
  return headers;
}

Headers read_entries(WireReader reader, int nesting) {
  std::vector<Headers::Entry> entries;
  while (!reader.at_end()) {
    std::string name(reader.text());
    entries.emplace_back(std::move(name), read_value(reader, nesting));
  }
  return in_order(std::move(entries));
}

HeaderArray read_array(WireReader reader, int nesting) {
  std::vector<HeaderValue> values;
  while (!reader.at_end()) values.push_back(read_value(reader, nesting));
  return HeaderArray(std::move(values));
}

HeaderDecimal read_decimal(WireReader& reader) {
  const auto scale = reader.number<std::uint8_t>();
  return HeaderDecimal(scale, reader.number<std::uint32_t>());
}

// RabbitMQ cannot read infinities, and what is no number.
template <typename Real>
Real finite(Real number) {
  if (!std::isfinite(number)) throw Undecodable();
  return number;
}

// `nesting` counts the arrays and tables around the value.
HeaderValue read_value(WireReader& reader, int nesting) {
  switch (reader.number<char>()) {
    case 't':
      return reader.number<std::uint8_t>() != 0;
    case 'b':
      return NarrowInteger(reader.number<std::int8_t>());
    case 'B':
      return NarrowInteger(reader.number<std::uint8_t>());
    case 's':
      return NarrowInteger(reader.number<std::int16_t>());
    case 'u':
      return NarrowInteger(reader.number<std::uint16_t>());
    case 'I':
      return NarrowInteger(reader.number<std::int32_t>());
    case 'i':
      return NarrowInteger(reader.number<std::uint32_t>());
    case 'l':
    case 'L':  // which RabbitMQ takes for a signed integer, too
      return reader.number<std::int64_t>();
    case 'f':
      return HeaderFloat(finite(std::bit_cast<float>(reader.number<std::uint32_t>())));
    case 'd':
      return finite(std::bit_cast<double>(reader.number<std::uint64_t>()));
    case 'D':
      return read_decimal(reader);
    case 'S':
      return std::string(reader.long_text());
    case 'x':
      return HeaderBytes(std::string(reader.long_text()));
    case 'A':
      return read_array(WireReader(reader.long_text()), inside(nesting));
    case 'T':
      return HeaderTimestamp(reader.number<std::uint64_t>());
    case 'F':
      return HeaderTable(read_entries(WireReader(reader.long_text()), inside(nesting)));
    case 'V':
      return HeaderVoid();
    default:
      throw Undecodable();
  }
}

// Writes the type and the value.
struct WriteValue {
  WireWriter& writer;

  void operator()(bool value) const {
    writer.number('t');
    writer.number(static_cast<std::uint8_t>(value ? 1 : 0));
  }
  void operator()(std::int64_t value) const {
    writer.number('l');
    writer.number(value);
  }
  void operator()(double value) const {
    writer.number('d');
    writer.number(std::bit_cast<std::uint64_t>(value));
  }
  void operator()(const std::string& value) const {
    writer.number('S');
    writer.long_text(value);
  }
  void operator()(const NarrowInteger& value) const {
    switch (value.type()) {
      case NarrowType::kInt8:
        return narrow<std::int8_t>('b', value);
      case NarrowType::kUint8:
        return narrow<std::uint8_t>('B', value);
      case NarrowType::kInt16:
        return narrow<std::int16_t>('s', value);
      case NarrowType::kUint16:
        return narrow<std::uint16_t>('u', value);
      case NarrowType::kInt32:
        return narrow<std::int32_t>('I', value);
      case NarrowType::kUint32:
        return narrow<std::uint32_t>('i', value);
    }
  }
  void operator()(const HeaderFloat& value) const {
    writer.number('f');
    writer.number(std::bit_cast<std::uint32_t>(value.value()));
  }
  void operator()(const HeaderDecimal& value) const {
    writer.number('D');
    writer.number(value.scale());
    writer.number(value.unscaled());
  }
  void operator()(const HeaderTimestamp& value) const {
    writer.number('T');
    writer.number(value.seconds());
  }
  void operator()(const HeaderBytes& value) const {
    writer.number('x');
    writer.long_text(value.bytes());
  }
  void operator()(const HeaderVoid&) const { writer.number('V'); }
  void operator()(const HeaderArray& value) const {
    writer.number('A');
    const std::size_t begin = writer.begin_length();
    for (const HeaderValue& each : value.values()) std::visit(*this, each);
    writer.end_length(begin);
  }
  void operator()(const HeaderTable& value) const {
    writer.number('F');
    write_table(value.entries(), writer);
  }

  template <typename Number>
  void narrow(char type, const NarrowInteger& value) const {
    writer.number(type);
    writer.number(static_cast<Number>(value.value()));
  }
};

}  // namespace

Headers read_table(WireReader& reader) { return read_entries(WireReader(reader.long_text()), 0); }

void write_table(const Headers& headers, WireWriter& writer) {
  const std::size_t begin = writer.begin_length();
  for (const auto& [name, value] : headers) {
    writer.text(name);
    std::visit(WriteValue{writer}, value);
  }
  writer.end_length(begin);
}

}  // namespace dse::wire
