// Captures of random messages become lines of JSON and captures again, to the byte. Prints its seed when it
// fails.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "core/printable.h"
#include "core/version.h"
#include "dse/random.h"
#include "sim/capture/capture_lines.h"
#include "sim/capture/capture_writer.h"
#include "support/catch.h"
#include "support/random_values.h"
#include "support/temporary_folder.h"

using namespace dse;

namespace {

std::string short_text(RandomStream& random) { return random_text(random, {}).substr(0, 255); }

// As random_value, with names of any bytes and NaNs of any bits.
HeaderValue odd_value(RandomStream& random, int levels) {
  switch (random.below(levels > 0 ? 5 : 3)) {
    case 0:
      return std::bit_cast<double>(random.next_u64() | 0x7ff0000000000000U);
    case 1:
      return HeaderFloat(std::bit_cast<float>(static_cast<std::uint32_t>(random.next_u64()) | 0x7f800000U));
    case 2:
      return random_value(random);
    case 3:
      return HeaderArray({odd_value(random, levels - 1), odd_value(random, levels - 1)});
    default:
      return HeaderTable(Headers{{short_text(random), odd_value(random, levels - 1)},
                                 {short_text(random), odd_value(random, levels - 1)}});
  }
}

MessagePtr any_message(RandomStream& random) {
  Headers headers;
  for (std::uint64_t count = random.below(5); count > 0; --count)
    headers.set(short_text(random), odd_value(random, static_cast<int>(random.below(kHeaderNestingMax))));
  return make_message(
      {.payload = Payload::copy_of(random_text(random, {})),
       .key = short_text(random),
       .headers = headers,
       .id = short_text(random),
       .correlation_id = short_text(random),
       .app_id = short_text(random),
       .content_type = short_text(random),
       .timestamp = random.below(4) == 0 ? kNoTimestamp : static_cast<TimeNs>(random.next_u64()),
       .more = random.below(2) == 0 ? MoreProperties() : random_properties(random)});
}

CaptureHeader any_header(RandomStream& random) {
  CaptureHeader header{.format = static_cast<std::uint32_t>(1 + random.below(3)),
                       .scenario = random.below(4) == 0 ? "" : "s" + random_text(random, {}),
                       .scenario_hash = random.next_u64(),
                       .seed = random.next_u64() >> random.below(64),
                       .ordering = random.next_u64() >> random.below(64),
                       .version = random.below(2) == 0 ? version() : random_text(random, {})};
  for (std::uint64_t number = 1 + random.below(3); number > 0; --number)
    header.imports.push_back(fmt::format("{}{}", number, random_text(random, {})));
  if (header.format == kFirstCaptureFormat) return header;
  for (std::uint64_t count = random.below(3); count > 0; --count)
    header.data[random_text(random, {})] = random.next_u64();
  return header;
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_capture(RandomStream& random, const std::string& path) {
  const CaptureHeader header = any_header(random);
  CaptureWriter writer(path, header);
  TimeNs time_ns = 1;
  for (std::uint64_t count = random.below(6); count > 0; --count) {
    writer.add(header.imports[random.below(header.imports.size())], time_ns, *any_message(random));
    if (random.below(3) > 0) time_ns += static_cast<TimeNs>(random.next_u64() >> (5 + random.below(59)));
  }
  if (random.below(4) > 0) writer.end(time_ns + static_cast<TimeNs>(random.below(1000)));
}

void write_lines(const std::string& capture, const std::string& path) {
  CaptureReader reader(capture);
  std::ofstream lines(path, std::ios::binary);
  say_capture(reader, {}, [&lines](std::string_view line) {
    CHECK(is_utf8(line));
    CHECK(line.find('\n') == std::string_view::npos);
    lines << line << '\n';
  });
}

}  // namespace

TEST_CASE("a capture becomes lines, and the lines the same capture, to the byte") {
  const TemporaryFolder folder;
  const std::string before = folder.file("before");
  const std::string lines = folder.file("lines");
  const std::string after = folder.file("after");
  std::uint64_t messages = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, "capture", "lines");
    write_capture(random, before);
    write_lines(before, lines);
    const MadeCapture made = make_capture(lines, std::nullopt, after);
    messages += made.messages;
    REQUIRE(bytes_of(after) == bytes_of(before));
    CHECK(made.is_whole == survey_capture(before).end_ns.has_value());
  }
  CHECK(messages > 2000);
}
