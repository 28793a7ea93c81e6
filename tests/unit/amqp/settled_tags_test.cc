#include "amqp/settled_tags.h"

#include "support/catch.h"

using dse::SettledTags;

TEST_CASE("settled tags: up to the first that is not settled, whatever the order") {
  SettledTags tags;
  CHECK(tags.up_to() == 0);
  tags.add(2);
  CHECK(tags.up_to() == 0);
  tags.add(1);
  CHECK(tags.up_to() == 2);
  for (const std::uint64_t tag : {5U, 4U, 7U}) tags.add(tag);
  CHECK(tags.up_to() == 2);
  tags.add(3);
  CHECK(tags.up_to() == 5);
  tags.add(3);  // once more
  CHECK(tags.up_to() == 5);
  tags.add(6);
  CHECK(tags.up_to() == 7);
}
